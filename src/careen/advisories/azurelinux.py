"""Azure Linux and CBL-Mariner: OVAL definitions, one for each vulnerability of a source package.

Shape: a ``definition`` with CVE and severity refers by ``criterion/@test_ref`` to a ``rpminfo_test``, which refers to an
``rpminfo_object`` (the package) and an ``rpminfo_state`` (``evr`` with an operation). "less than" names the fix; "less
than or equal" the newest affected version, for which there is no fix.
Raises: ValueError.  **Source:** OVAL language 5.11, linux-definitions-schema.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.data.xml_stream import Element, elements
from careen.model.advisory import Advisory, Range, Severity
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 512 << 20
_LIVE = "https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main"
_FILES = {
    "azurelinux:3.0": "azurelinux-3.0-oval.xml",
    "mariner:2.0": "cbl-mariner-2.0-oval.xml",
    "mariner:1.0": "cbl-mariner-1.0-oval.xml",
}
_PARTS = frozenset(("definition", "rpminfo_test", "rpminfo_object", "rpminfo_state"))
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "important": "high", "high": "high", "moderate": "medium", "medium": "medium", "low": "low",
}  # fmt: skip


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(f"azurelinux/{name}", f"{_LIVE}/{name}", part=namespace)
        for namespace, name in _FILES.items()
        if need.namespaces is None or namespace in need.namespaces
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    definitions: list[Element] = []
    tests: dict[str, tuple[str, str]] = {}
    packages: dict[str, str] = {}
    states: dict[str, tuple[str, str]] = {}
    for element in elements(file, _PARTS, MAX_BYTES):
        id = element.attributes.get("id", "")
        match element.name:
            case "definition":
                definitions.append(element)
            case "rpminfo_test":
                tests[id] = (_reference(element, "object"), _reference(element, "state"))
            case "rpminfo_object":
                packages[id] = element.value("name")
            case "rpminfo_state":
                evr = element.first("evr")
                states[id] = (evr.attributes.get("operation", ""), evr.text.strip()) if evr else ("", "")
    if not definitions:
        raise ValueError("it holds no OVAL definitions")
    for definition in definitions:
        for criterion in definition.below("criterion"):
            tested, state = tests.get(criterion.attributes.get("test_ref", ""), ("", ""))
            advisory = _advisory(feed.part, definition, packages.get(tested, ""), *states.get(state, ("", "")))
            if advisory:
                yield advisory


def _advisory(namespace: str, definition: Element, package: str, operation: str, evr: str) -> Advisory | None:
    reference = definition.first("metadata", "reference")
    id = reference.attributes.get("ref_id", "") if reference else ""
    version = evr.removeprefix("0:")
    if not id or not package or not version or operation not in ("less than", "less than or equal"):
        return None
    fixed = operation == "less than"
    return Advisory(
        id=id,
        source="azurelinux",
        namespace=namespace,
        package=package,
        ranges=(Range(fixed=version) if fixed else Range(last_affected=version),),
        status="fixed" if fixed else "open",
        severity=_SEVERITIES.get(definition.value("metadata", "severity").lower(), "unknown"),
        url=reference.attributes.get("ref_url", "") if reference else "",
    )


def _reference(test: Element, kind: str) -> str:
    found = test.first(kind)
    return found.attributes.get(f"{kind}_ref", "") if found else ""


ADVISORY_SOURCE = AdvisorySource(
    name="azurelinux",
    title="Azure Linux and CBL-Mariner",
    licence="MIT",
    homepage="https://github.com/microsoft/AzureLinuxVulnerabilityData",
    feeds=feeds,
    parse=parse,
    form="XML, OVAL",
    size="under 10 MB",
    checked="2026-08-21, vunnel",
)
