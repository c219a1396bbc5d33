"""Ubuntu by release: Canonical's OVAL, which has more states of a vulnerability than Ubuntu's records in OSV.

Shape: a ``definition`` for each CVE, whose criteria have a sentence for each source package: "curl package in jammy was
vulnerable but has been fixed (note: '7.81.0-1ubuntu1.6').", "… is affected and needs fixing.", "… a decision has been
made to defer addressing it …", "… to ignore this issue (note: 'end of standard support')." After "in" follows a release
("jammy") or a pocket of paid support for it ("esm-infra/xenial", "fips-updates/jammy"). Fixes of such pockets have a
namespace of their own (``ubuntu-pro:16.04``): a fix of ESM fixes nothing for those who do not pay.

A mirror may have the same data in other forms. Careen reads the first form that the mirror has. For each release: the OVAL
by CVE (``com.ubuntu.jammy.cve.oval.xml.bz2``, or with ``oci.`` before it, for manifests of images), or by package
(``….pkg.oval…``: a definition for each source package, with the CVE in each sentence). Without OVAL: the tracker's
repository (``ubuntu-cve-tracker*.tar.*``), Canonical's VEX (``vex-all.tar.xz``), or pages of its notices (``notices/*.json``),
which have only fixes. From files of a FIPS pocket (``com.ubuntu.fips-updates_jammy.pkg.oval.xml.bz2``) only its own builds
are read, because the rest repeats the release. The last resort is OVAL by notice (``….usn.oval…``), which names only binary
packages (``advisories.ubuntu.usn``).
Raises: ValueError.  **Source:** ubuntu-cve-tracker, scripts/oval_lib.py; security-metadata.canonical.com/oval.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from careen.advisories.ubuntu import notices, tracker, usn, vex
from careen.formats.data.xml_stream import Element, elements
from careen.formats.feeds import cvss
from careen.formats.feeds.ubuntu_places import HOME, SEVERITIES, ignored, statements, versions
from careen.model.advisory import Advisory, Severity, Status, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 2 << 30
_LIVE = "https://security-metadata.canonical.com/oval"
_TRACKER = re.compile(r"ubuntu-cve-tracker[\w.-]*\.tar\.(?:gz|bz2|xz|zst)")
_VEX = re.compile(r"vex-all\.tar\.(?:gz|bz2|xz|zst)")
_OF_CVES = re.compile(r"com\.ubuntu\.([a-z]+)\.cve\.oval\.xml\.bz2")
_PLATFORM = re.compile(r"Ubuntu (\d\d\.\d\d)\b")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
_SENTENCE = re.compile(r"(?:\((?P<id>CVE-[\d-]+)\) )?(?P<package>\S+) package in (?P<place>\S+) (?P<state>.*)", re.DOTALL)
_NOTE = re.compile(r"\(note: '([^']*)'\)")
_STATES: tuple[tuple[str, Status], ...] = (
    ("was vulnerable but has been fixed", "fixed"),
    ("is related to the CVE in some way and has been fixed", "fixed"),
    ("is affected and needs fixing", "open"),
    ("is affected. An update containing the fix", "open"),
    ("is affected, but a decision has been made to defer", "deferred"),
    ("while related to the CVE in some way, a decision has been made to ignore", "wont_fix"),
)


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    wanted = [codename for codename, version in versions().items() if _is_needed(need, version)]
    is_newer_needed = _is_newer_needed(need)
    names = listing("ubuntu") if wanted or is_newer_needed else ()
    if is_newer_needed:
        listed = (_OF_CVES.fullmatch(name) for name in names or listing(f"{_LIVE}/"))
        wanted += [found[1] for found in listed if found and found[1] not in versions()]
    by_release = {codename: name for codename in wanted if (name := _oval(codename, names))}
    if not by_release and (whole := _whole(names, listing)):
        return whole
    notices = [(codename, name) for codename in wanted if (name := _oval(codename, names, ("usn",)))]
    if not by_release and notices:
        return tuple(Feed(f"ubuntu/{name}", "", compressed=True, part=f"{codename} by notice") for codename, name in notices)
    found = [
        Feed(f"ubuntu/{name}", f"{_LIVE}/{name}", compressed=True, part=codename)
        for codename in wanted
        for name in (by_release.get(codename, f"com.ubuntu.{codename}.cve.oval.xml.bz2"),)
    ]
    pockets = ((codename, _oval(f"fips-updates_{codename}", names, ("pkg", "cve"))) for codename in wanted)
    found += [
        Feed(f"ubuntu/{name}", "", compressed=True, part=f"fips-updates/{codename}") for codename, name in pockets if name
    ]
    return tuple(found)


def _is_needed(need: Need, version: str) -> bool:
    return need.namespaces is None or not need.namespaces.isdisjoint((f"ubuntu:{version}", f"ubuntu-pro:{version}"))


def _is_newer_needed(need: Need) -> bool:
    """Whether the need has a release that is not known here. The index then has its codename, and each file its
    version."""
    if need.namespaces is None:
        return True
    releases = (namespace.partition(":") for namespace in need.namespaces)
    return any(release not in versions().values() for name, _, release in releases if name in ("ubuntu", "ubuntu-pro"))


def _oval(codename: str, names: tuple[str, ...], kinds: tuple[str, ...] = ("cve", "pkg")) -> str:
    """The best file of a release that a mirror has, "" without one."""
    forms = (f"{maker}com.ubuntu.{codename}.{kind}.oval.xml.bz2" for kind in kinds for maker in ("", "oci."))
    return next((name for name in forms if name in names), "")


def _whole(names: tuple[str, ...], listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    """The feeds of a mirror that have all releases in one file."""
    for part, form in (("tracker", _TRACKER), ("VEX", _VEX)):
        if name := next(filter(form.fullmatch, names), ""):
            return (Feed(f"ubuntu/{name}", "", compressed=True, part=part, kept_as=f"ubuntu/{part}"),)
    pages = listing("ubuntu/notices") if "notices" in names else ()
    return tuple(Feed(f"ubuntu/notices/{name}", "", part="notices") for name in pages if name.endswith(".json"))


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    match feed.part:
        case "tracker":
            yield from tracker.records(file)
        case "VEX":
            yield from vex.records(file)
        case "notices":
            yield from notices.records(file)
        case part if part.endswith(" by notice"):
            yield from usn.records(file)
        case part if "/" in part:
            own = f"ubuntu-pro-{part.partition('/')[0]}:"
            advisories = (record for record in _of_oval(file) if isinstance(record, Advisory))
            yield from (advisory for advisory in advisories if advisory.namespace.startswith(own))
        case _:
            yield from _of_oval(file, feed.part)


def _of_oval(file: Path, codename: str = "") -> Iterator[Record]:
    found = False
    for definition in elements(file, frozenset(("definition",)), MAX_BYTES):
        found = True
        if definition.attributes.get("class") == "vulnerability":
            yield from _records(definition, _releases(definition, codename))
    if not found:
        raise ValueError("it holds no OVAL definitions")


def _releases(definition: Element, codename: str) -> Mapping[str, str]:
    """The versions of releases by codename; that of an unknown release, as the definition itself states it."""
    if codename in versions():
        return versions()
    texts = (definition.value("metadata", "affected", "platform"), definition.value("metadata", "title"))
    found = next(filter(None, map(_PLATFORM.search, texts)), None)
    return {codename: found[1]} if found else versions()


def _records(definition: Element, releases: Mapping[str, str]) -> Iterator[Record]:
    """The records of a definition: of one CVE, or of one package, with a CVE in each sentence."""
    reference = definition.first("metadata", "reference")
    id = reference.attributes.get("ref_id", "") if reference else ""
    general = SEVERITIES.get(definition.value("metadata", "advisory", "severity").lower(), "unknown")
    cves = {cve.text.strip(): cve for cve in definition.below("cve")}
    advisories: dict[tuple[str, str, str], Advisory] = {}
    for criterion in definition.below("criterion"):
        sentence = _SENTENCE.match(criterion.attributes.get("comment", ""))
        named = (sentence["id"] or id) if sentence else ""
        if sentence and _CVE.fullmatch(named):
            rated = cves[named].attributes.get("priority", "") if named in cves and general == "unknown" else ""
            for advisory in _advisories(named, SEVERITIES.get(rated, general), sentence, releases):
                advisories.setdefault((advisory.id, advisory.namespace, advisory.package), advisory)
    yield from advisories.values()
    for id in dict.fromkeys(key[0] for key in advisories):
        cve = cves.get(id)
        vectors = cvss.scored(cve.attributes.get("cvss_vector", ""), "ubuntu") if cve else ()
        published = definition.value("metadata", "advisory", "public_date")[:10] or _day(cve)
        yield VulnerabilityRecord(id, "ubuntu", cvss=vectors, published=published)  # a priority applies to Ubuntu alone


def _advisories(id: str, severity: Severity, sentence: re.Match[str], releases: Mapping[str, str]) -> Iterator[Advisory]:
    status = next((status for start, status in _STATES if sentence["state"].startswith(start)), None)
    if status is None:
        return
    note = _NOTE.search(sentence["state"])
    version = note[1] if note and status == "fixed" else ""
    if status == "wont_fix" and note:
        status = ignored(note[1])
    yield from statements(id, sentence["package"], sentence["place"], status, version, severity, releases=releases)


def _day(cve: Element | None) -> str:
    """A date such as ``20231218`` in ISO 8601."""
    text = cve.attributes.get("public", "") if cve else ""
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if text[:8].isdecimal() and len(text) >= 8 else ""


ADVISORY_SOURCE = AdvisorySource(
    name="ubuntu",
    title="Ubuntu CVE tracker, as OVAL",
    licence="CC-BY-SA-4.0",
    homepage=HOME,
    feeds=feeds,
    parse=parse,
    form="XML, OVAL",
    size="under 10 MB",
    checked="2026-08-21, claircore",
)
