"""The vulnerabilities as a CSAF 2.0 document of the VEX profile: which packages of the image they affect, and which not.

Shape: ``product_tree`` has the image and its packages, and by ``relationships`` each package as a component of the image;
``vulnerabilities`` has one entry for each id, with these components by status. If two findings of an id and a package
differ, the worst status counts. CSAF 2.0 has no place for CVSS 4.0: such scores are left out. The VEX profile wants a
vulnerability: without one the document is of the profile "CSAF Base".
**Source:** CSAF 2.0, sections 3.2, 4.1, 4.5 and 6.1.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TextIO
from uuid import NAMESPACE_URL, uuid5

from careen import __version__
from careen.formats.feeds.cvss import rating, score
from careen.formats.images.reference import image_purl
from careen.formats.packages.purl import parse
from careen.formats.vex.reported import reported
from careen.formats.vex.statements import JUSTIFICATIONS, VexStatus
from careen.model.finding import FixState, Vulnerability
from careen.model.report import Report
from careen.output.escape import web_link
from careen.output.json_text import write_json
from careen.plugins import Reporter, ReportOptions
from careen.safety.pattern import pattern

Entry = tuple[Vulnerability, VexStatus, str]
IMAGE = "image"
_CVE = pattern(r"CVE-[0-9]{4}-[0-9]{4,}")
_HELPER = pattern(r"pkg:[A-Za-z.+-][A-Za-z0-9.+-]*/.+")
# The worst first.
_STATUS: dict[VexStatus, str] = {
    "affected": "known_affected",
    "under_investigation": "under_investigation",
    "not_affected": "known_not_affected",
    "fixed": "fixed",
}
_WORST = {status: rank for rank, status in enumerate(_STATUS)}
_REMEDIATION: dict[FixState, str] = {
    "fixed": "vendor_fix",
    "wont_fix": "no_fix_planned",
    "end_of_life": "no_fix_planned",
}
_BASE = ("CVSS:3.", "AV:", "AC:", "PR:", "UI:", "S:", "C:", "I:", "A:")  # the other metrics change the score of the base


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report, options), stream)


def document(report: Report, options: ReportOptions) -> dict[str, Any]:
    by_id: dict[str, dict[str, Entry]] = {}
    for entry in reported(report, options.severities):
        by_purl = by_id.setdefault(entry[0].id or "unnamed", {})
        known = by_purl.get(entry[0].package)
        if known is None or _WORST[entry[1]] < _WORST[known[1]]:
            by_purl[entry[0].package] = entry
    found = {purl: entry[0] for by_purl in by_id.values() for purl, entry in by_purl.items()}
    made = {
        "document": _about(report, "csaf_vex" if by_id else "csaf_base"),
        "product_tree": _tree(report, dict(sorted(found.items()))),
    }
    return made | ({"vulnerabilities": [_vulnerability(id, by_id[id]) for id in sorted(by_id)]} if by_id else {})


def _about(report: Report, category: str) -> dict[str, Any]:
    image, coverage, when = report.image, report.coverage, report.created
    reasons = "; ".join(f"{reason.code}: {reason.detail}" for reason in coverage.reasons)
    return {
        "category": category,
        "csaf_version": "2.0",
        "lang": "en",
        "title": f"Vulnerabilities of {image.reference}",
        "publisher": {"category": "other", "name": "careen", "namespace": "https://careen.invalid"},
        "notes": [
            {"category": "details", "title": "Coverage", "text": f"{coverage.verdict}. {reasons}".strip()},
        ],
        "tracking": {
            "id": f"careen-{uuid5(NAMESPACE_URL, f'careen:{_plain(image.digest or image.reference)}')}",
            "status": "final",
            "version": "1",
            "initial_release_date": when,
            "current_release_date": when,
            "revision_history": [{"number": "1", "date": when, "summary": "The scan of this image"}],
            "generator": {"date": when, "engine": {"name": "careen", "version": __version__}},
        },
    }


def _tree(report: Report, found: Mapping[str, Vulnerability]) -> dict[str, Any]:
    name = report.image.reference or IMAGE
    packages = {purl: finding.subject or purl for purl, finding in found.items()}
    tree: dict[str, Any] = {
        "full_product_names": [
            {"product_id": IMAGE, "name": name, **_helper(image_purl(report.image) or "")},
            *({"product_id": purl, "name": package, **_helper(purl)} for purl, package in packages.items()),
        ]
    }
    relationships = [
        {
            "category": "default_component_of",
            "product_reference": purl,
            "relates_to_product_reference": IMAGE,
            "full_product_name": {"product_id": _component(purl), "name": f"{package} in {name}"},
        }
        for purl, package in packages.items()
    ]
    return tree | ({"relationships": relationships} if relationships else {})


def _helper(purl: str) -> dict[str, Any]:
    """The field with the package URL of a product; empty if the URL does not follow purl-spec, because CSAF then refuses the
    document, or if a qualifier has an encoded percent sign, because some validators decode it twice and refuse it.
    """
    if "%25" in purl.partition("?")[2]:
        return {}
    try:
        parse(purl)
    except ValueError:
        return {}
    return {"product_identification_helper": {"purl": purl}} if _HELPER.fullmatch(purl) else {}


def _component(purl: str) -> str:
    return f"{IMAGE}:{purl}"


def _vulnerability(id: str, entries: Mapping[str, Entry]) -> dict[str, Any]:
    findings = [finding for finding, _, _ in entries.values()]
    aliases = sorted({alias for finding in findings for alias in finding.aliases if alias and alias != id})
    others = aliases if _CVE.fullmatch(id) else [id, *aliases]
    summary = next((finding.summary for finding in findings if finding.summary), "") or f"{id} in {findings[0].package_name}"
    status: dict[str, list[str]] = {}
    for purl, (_, stated, _) in sorted(entries.items()):
        status.setdefault(_STATUS[stated], []).append(_component(purl))
    made: dict[str, Any] = {"cve": id} if _CVE.fullmatch(id) else {}
    if others:
        made["ids"] = [{"system_name": _system(other), "text": other} for other in others]
    made |= {"notes": [{"category": "description", "text": summary}], "product_status": status}
    for key, listed in [
        *_whys(entries),
        ("remediations", _remediations(entries)),
        ("scores", _scores(entries)),
        ("references", _references(findings)),
    ]:
        if listed:
            made[key] = listed
    return made


def _whys(entries: Mapping[str, Entry]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(field, entries) pairs with the reasons why components are not affected: a justification of the VEX standard becomes a
    flag, any other reason a threat of the category impact.
    """
    spared = [(purl, why) for purl, (_, status, why) in entries.items() if status == "not_affected"]
    flags = _grouped((why, purl) for purl, why in spared if why in JUSTIFICATIONS)
    impacts = _grouped((why or "The author gives no reason", purl) for purl, why in spared if why not in JUSTIFICATIONS)
    return [
        ("flags", [{"label": why, "product_ids": ids} for why, ids in flags.items()]),
        ("threats", [{"category": "impact", "details": why, "product_ids": ids} for why, ids in impacts.items()]),
    ]


def _remediations(entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    groups = _grouped(
        ((_REMEDIATION.get(finding.fix.state, "none_available"), why), purl)
        for purl, (finding, status, why) in entries.items()
        if status == "affected"
    )
    return [{"category": category, "details": why, "product_ids": ids} for (category, why), ids in groups.items()]


def _scores(entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """The first score of CVSS 3 of each package: CSAF has one for each product."""
    vectors = (
        (next(filter(None, (_base(cvss.vector) for cvss in entry[0].cvss)), ""), purl) for purl, entry in entries.items()
    )
    return [{"cvss_v3": _cvss(vector), "products": ids} for vector, ids in _grouped(vectors).items() if vector]


def _base(vector: str) -> str:
    """The metrics of the base; "" if they are not a vector of CVSS 3."""
    base = "/".join(part for part in vector.split("/") if part.startswith(_BASE))
    try:
        return base if score(base)[0] in ("3.0", "3.1") else ""
    except ValueError:
        return ""


def _cvss(vector: str) -> dict[str, Any]:
    version, number = score(vector)
    severity = rating(number, version)
    return {
        "version": version,
        "vectorString": vector,
        "baseScore": number,
        "baseSeverity": "NONE" if severity == "negligible" else severity.upper(),
    }


def _references(findings: Iterable[Vulnerability]) -> list[dict[str, Any]]:
    links = {(url, advisory.id) for finding in findings for advisory in finding.advisories if (url := web_link(advisory.url))}
    return [{"category": "external", "summary": id or url, "url": url} for url, id in sorted(links)]


def _grouped(pairs: Iterable[tuple[Any, str]]) -> dict[Any, list[str]]:
    """The components of each value, sorted."""
    found: dict[Any, list[str]] = {}
    for value, purl in sorted(pairs):
        found.setdefault(value, []).append(_component(purl))
    return found


def _system(id: str) -> str:
    return {"CVE": "CVE", "GHSA": "GitHub Advisory Database"}.get(id.partition("-")[0], id.partition("-")[0] or "unknown")


def _plain(text: str) -> str:
    return text.encode(errors="replace").decode()


REPORTER = Reporter(
    name="csaf",
    media_type="application/csaf+json",
    write=write,
    description="which vulnerabilities affect the image, and which not (CSAF 2.0, profile VEX)",
    with_places=False,
)
