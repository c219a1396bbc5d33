"""Red Hat's OVAL definitions, as documents of ``formats.feeds.csaf``; the VEX feed is their successor.

Shape: the id names the kind of a definition: an erratum ("com.redhat.rhsa:def:…": "firefox is earlier than 0:91.9.1-1.el9_0"),
a vulnerability without a fix ("com.redhat.cve:def:…": "tar is installed", with the state of each component in
``affected/resolution``), or one that does not affect ("com.redhat.unaffected:def:…"). The products are those of
``affected_cpe_list``; a module applies to the criteria below it and to its neighbours ("Module nodejs:18 is enabled").
Version 1 of these files has only the errata.
Raises: ValueError.  **Source:** OVAL language 5.10; Red Hat, "OVAL v2".
"""

import re
from collections.abc import Iterator
from pathlib import Path

from careen.formats.data.xml_stream import Element, elements, elements_of
from careen.formats.feeds.csaf import Component, Document, Remedy, Statement, Vulnerability

_DEFINITION = frozenset(("definition",))
_ERRATUM = re.compile(r"(RH[SBE]A-\d{4}:\d+): (.*)")
_MODULE = re.compile(r"Module ([\w.+-]+:[\w.+-]+) is enabled")
_EARLIER = re.compile(r"([\w.+-]+) is earlier than (\d+:\S+)")
_INSTALLED = re.compile(r"([\w.+-]+) is installed")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")


def read(file: Path, limit_bytes: int) -> Iterator[Document]:
    return (found for definition in elements(file, _DEFINITION, limit_bytes) if (found := _document(definition)))


def read_bytes(data: bytes) -> Iterator[Document]:
    return (found for definition in elements_of(data, _DEFINITION) if (found := _document(definition)))


def _document(definition: Element) -> Document | None:
    title = definition.value("metadata", "title")
    erratum = _ERRATUM.match(title)
    cves = [cve for reference in definition.below("reference") for cve in _CVE.findall(reference.attributes.get("ref_id", ""))]
    if not cves:
        return None
    severity = definition.value("metadata", "advisory", "severity")
    issued = definition.first("metadata", "advisory", "issued")
    day = issued.attributes.get("date", "")[:10] if issued else ""
    products = tuple(dict.fromkeys(cpe.text.strip() for cpe in definition.below("cpe")))
    unaffected = ".unaffected:" in definition.attributes.get("id", "")
    statements = tuple(
        Statement(status, product, component, remedies, severity)
        for status, component, remedies in _builds(definition, bool(erratum), unaffected)
        for product in products
    )
    vulnerabilities = tuple(Vulnerability(cve, "", severity, (), (), day, statements) for cve in dict.fromkeys(cves))
    return Document(erratum[1] if erratum else cves[0], erratum[2] if erratum else title, "oval", vulnerabilities)


_Built = tuple[str, Component, tuple[Remedy, ...]]


def _builds(definition: Element, is_fixed: bool, unaffected: bool) -> Iterator[_Built]:
    criteria = [child for child in definition.children if child.name == "criteria"]
    if is_fixed:
        for name, evr, module in _walked(criteria, _EARLIER, ""):
            yield "fixed", Component(name, evr, "", module), ()
        return
    states = {
        component.text.strip().rpartition("/")[2]: resolution.attributes.get("state", "")
        for resolution in definition.below("resolution")
        for component in resolution.below("component")
    }
    for name, _, module in _walked(criteria, _INSTALLED, ""):
        state = _state(name, states)
        status = "known_not_affected" if unaffected else _status(state)
        remedy = Remedy("no_fix_planned" if state == "Will not fix" else "none_available", state)
        yield status, Component(name, "", "", module), (remedy,)


def _state(package: str, states: dict[str, str]) -> str:
    """The state of a package: that of the source package with whose name the package's name begins, or the only state
    there is."""
    if package in states or len(set(states.values())) <= 1:
        return states.get(package) or next(iter(states.values()), "")
    return states.get(max((name for name in states if package.startswith(f"{name}-")), key=len, default=""), "")


def _status(state: str) -> str:
    """The CSAF status of a state. A definition without a state is about an unfixed vulnerability."""
    return "under_investigation" if state in ("Under investigation", "New") else "known_affected"


def _walked(criteria: list[Element], pattern: re.Pattern[str], module: str) -> Iterator[tuple[str, str, str]]:
    for group in criteria:
        comments = [child.attributes.get("comment", "") for child in group.children if child.name == "criterion"]
        here = next((found[1] for text in comments if (found := _MODULE.fullmatch(text))), module)
        for text in comments:
            if found := pattern.fullmatch(text):
                yield found[1], found[2] if pattern.groups > 1 else "", here
        yield from _walked([child for child in group.children if child.name == "criteria"], pattern, here)
