"""Ubuntu's security notices as OVAL: which versions fix the vulnerabilities of a notice, by binary packages.

Shape: a ``definition`` of class ``patch`` for each notice, with its CVEs as references, whose criteria name tests; a test
names an object and a state, the object a variable. The state has the fixed version. The variable's values are the names of
binary packages, or expressions that find them in the manifest of an image. Advisories are about source packages, which the
file does not name: the source is the binary package whose name is part of all other names, or the package of the title,
if all names begin with it (``libssh vulnerability``: libssh-4, libssh-dev). Other notices are skipped, the kernel's
among them. So this data is partial, and *likely* at best.
Raises: ValueError.  **Source:** OVAL 5.11.1; security-metadata.canonical.com/oval.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from careen.formats.data.xml_stream import Element, elements
from careen.formats.feeds.each import read_each
from careen.formats.feeds.ubuntu_places import statements, versions
from careen.model.advisory import Advisory, NamespaceInfo, PassedOver, VulnerabilityRecord

MAX_BYTES = 1 << 30
MAX_PARTS = 1_000_000
_KINDS = ("textfilecontent54", "dpkginfo")
_PARTS = frozenset(
    ("definition", "constant_variable", *(f"{kind}_{part}" for kind in _KINDS for part in ("test", "object", "state")))
)
_NOTICE = re.compile(r"[LU]SN-\d{1,6}-\d{1,4}")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
_PLACE = re.compile(r"oval:com\.ubuntu\.([a-z]+):def:")
_EXPRESSION = re.compile(r"\^([a-z0-9][a-z0-9.+\\-]{0,199})(?:\(|$)")
_TITLE = re.compile(r"[LU]SN-[\d-]+ --? (.{1,300}?) (?:vulnerabilit|regression|update)", re.IGNORECASE)


def records(file: Path) -> Iterator[Advisory | VulnerabilityRecord | NamespaceInfo | PassedOver]:
    definitions: list[Element] = []
    parts: dict[str, Element] = {}
    for element in elements(file, _PARTS, MAX_BYTES):
        if len(definitions) + len(parts) > MAX_PARTS:
            raise ValueError(f"more than {MAX_PARTS} parts")
        if element.name == "definition":
            definitions.append(element)
        else:
            parts[element.attributes.get("id", "")] = element
    if not definitions:
        raise ValueError("it holds no OVAL definitions")
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for record in read_each(definitions, lambda definition: _of_notice(definition, parts)):
        if isinstance(record, Advisory):
            counts[record.namespace][record.package] += 1
        yield record
    for namespace, packages in sorted(counts.items()):
        yield NamespaceInfo(
            namespace, "ubuntu", packages.total(), len(packages), partial=True, detail="notices by binary packages"
        )


def _of_notice(definition: Element, parts: dict[str, Element]) -> Iterator[Advisory | VulnerabilityRecord]:
    metadata = definition.first("metadata")
    references = [reference.attributes for reference in metadata.below("reference")] if metadata else []
    notice = next((reference.get("ref_id", "") for reference in references if reference.get("source") == "USN"), "")
    place = _PLACE.match(definition.attributes.get("id", ""))
    if not _NOTICE.fullmatch(notice):
        raise ValueError(f"a notice has no usable id: {notice[:60]!r}")
    if not place or place[1] not in versions():
        return
    named = (reference.get("ref_id", "") for reference in references if reference.get("source") == "CVE")
    cves = tuple(dict.fromkeys(filter(_CVE.fullmatch, named)))
    title = definition.value("metadata", "title")
    advisories: dict[tuple[str, str], Advisory] = {}
    for criterion in definition.below("criterion"):
        names, version = _tested(parts, criterion.attributes.get("test_ref", ""))
        if version and (source := source_of(title, names)):
            for advisory in statements(notice, source, place[1], "fixed", version, aliases=cves):
                advisories.setdefault((advisory.namespace, advisory.package), replace(advisory, confidence="likely"))
    yield from advisories.values()
    if advisories:
        published = definition.first("metadata", "advisory", "issued")
        day = published.attributes.get("date", "")[:10] if published else ""
        yield VulnerabilityRecord(notice, "ubuntu", cves, title.partition(" -- ")[2][:200], published=day)


def _tested(parts: dict[str, Element], test: str) -> tuple[list[str], str]:
    """The names of the binary packages in a test, and their fixed version."""
    object = parts.get(_reference(parts.get(test), "object"))
    state = parts.get(_reference(parts.get(test), "state"))
    referred = [child.attributes.get("var_ref", "") for child in object.children] if object else []
    variable = next((parts[id] for id in referred if id in parts), None)
    bounds = [child for child in state.children if child.attributes.get("operation") == "less than"] if state else []
    values = [value.text.strip() for value in variable.below("value")] if variable else []
    version = bounds[0].text.strip().removeprefix("0:") if bounds else ""
    return [name for value in values if (name := _name(value))], version


def _reference(test: Element | None, kind: str) -> str:
    child = test.first(kind) if test else None
    return child.attributes.get(f"{kind}_ref", "") if child else ""


def _name(value: str) -> str:
    found = _EXPRESSION.match(value)
    return found[1].replace("\\", "") if found else value if re.fullmatch(r"[a-z0-9][a-z0-9.+-]{1,199}", value) else ""


def source_of(title: str, binaries: Sequence[str]) -> str:
    """The name of the source package, "" if it is unclear."""
    found = _TITLE.match(title)
    words = re.split(r",\s*(?:and )?| and ", found[1].lower()) if found else []
    titled = [word for part in words if (word := part.strip().replace(" ", "-"))]
    shared = [name for name in binaries if all(name in other for other in binaries)]
    begun = [word for word in titled if binaries and all(re.match(rf"{re.escape(word)}(?![a-z])", name) for name in binaries)]
    return next((word for word in titled if word in binaries), "") or min(shared, key=len, default="") or next(iter(begun), "")
