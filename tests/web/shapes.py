"""Feed files in the shape of their publishers and of a given size: a few records that matter, and filling around them.

``count`` is the number of other records. All text is made from seeded digits that hardly compress, like
the prose of real records.
"""

import bz2
import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

SEED = b"careen"


def noise(key: object, length: int) -> str:
    """Hexadecimal digits: compress to half their length."""
    return hashlib.shake_128(SEED + str(key).encode()).hexdigest(length // 2 + 1)[:length]


def osv_record(ecosystem: str, name: str, id: str, fixed: str, modified: str, text_bytes: int = 300) -> dict:
    return {
        "schema_version": "1.7.3",
        "id": id,
        "modified": modified,
        "published": "2025-03-04T05:06:07Z",
        "aliases": [f"CVE-2025-{10_000 + abs(int(noise(id, 6), 16)) % 80_000}"],
        "summary": f"{name} is vulnerable",
        "details": noise(id, text_bytes),
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": name},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }
        ],
    }


def osv_zip(target: Path, ecosystem: str, known: list[dict], count: int, text_bytes: int = 300) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1, allowZip64=True) as archive:
        for record in known:
            archive.writestr(f"{record['id']}.json", json.dumps(record))
        for number in range(count):
            record = osv_record(ecosystem, f"pkg-{number}", f"MAL-2025-{number}", "1", "2026-01-02T03:04:05Z", text_bytes)
            archive.writestr(f"{record['id']}.json", json.dumps(record, separators=(",", ":")))
    return target


def changed_ids(records: list[dict]) -> bytes:
    """OSV's list of changes, newest first."""
    lines = sorted((f"{record['modified']},{record['id']}" for record in records), reverse=True)
    return "\n".join(lines).encode()


def debian_tracker(target: Path, known: dict, count: int) -> Path:
    """``known`` is in the tracker's shape. A package has 18 issues, as most of them on average."""
    with target.open("w") as file:
        file.write("{")
        for first in range(0, count, 18):
            issues = {f"CVE-2024-{number}": _issue(number) for number in range(first, min(first + 18, count))}
            file.write(f"{json.dumps(f'src-{first}')}: {json.dumps(issues)}, ")
        file.write(json.dumps(known)[1:])
    return target


def _issue(number: int) -> dict:
    fixed = {"status": "resolved", "fixed_version": "1.0-1", "urgency": "low"}
    releases = {
        codename: {**fixed, "repositories": {codename: "1.0-1"}} for codename in ("bookworm", "bullseye", "sid", "trixie")
    }
    if number % 10 == 0:
        releases["bookworm"] = {"status": "open", "repositories": {"bookworm": "1.0-1"}, "urgency": "low"}
    return {"description": noise(number, 200), "scope": "local", "releases": releases}


def tracked(codename: str, fixed: str) -> dict:
    """An issue as the tracker has it; "" is one without a fix."""
    state = {"status": "resolved", "fixed_version": fixed} if fixed else {"status": "open"}
    release = {**state, "repositories": {codename: fixed or "1.0-1"}, "urgency": "not yet assigned"}
    return {"description": noise(fixed, 100), "releases": {codename: release}}


def secdb(known: dict[str, dict[str, list[str]]], count: int) -> bytes:
    packages = [{"pkg": {"name": name, "secfixes": fixes}} for name, fixes in known.items()]
    packages += [
        {"pkg": {"name": f"pkg-{number}", "secfixes": {"1.0-r0": [f"CVE-2024-{number}", f"GHSA-{noise(number, 4)}"]}}}
        for number in range(count)
    ]
    return json.dumps({"apkurl": "{{urlprefix}}/{{arch}}", "packages": packages}).encode()


def ubuntu_oval(target: Path, codename: str, known: list[tuple[str, str, str]], count: int) -> Path:
    """``known`` are package, CVE and the version with the fix."""
    entries = [*known, *((f"src-{number}", f"CVE-2024-{number}", "1.0-1") for number in range(count))]
    with bz2.open(target, "wt", compresslevel=9) as file:
        file.write('<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><definitions>\n')
        for package, cve, fixed in entries:
            file.write(
                f'<definition class="vulnerability" id="oval:com.ubuntu.{codename}:def:{cve[4:]}" version="1"><metadata>'
                f'<title>{cve}</title><reference source="CVE" ref_id="{cve}" ref_url="https://a.test/{cve}"/>'
                f"<description>{noise(cve, 300)}</description><advisory><severity>Medium</severity>"
                "<public_date>2024-02-03 00:00:00 UTC</public_date></advisory></metadata><criteria>"
                f'<criterion comment="{package} '
                f"package in {codename} was vulnerable but has been fixed (note: '{fixed}').\"/></criteria></definition>\n"
            )
        file.write("</definitions></oval_definitions>\n")
    return target


def updateinfo(known: list[tuple[str, str, str, str]], count: int) -> bytes:
    """``known`` are package, CVE, and version and release with the fix; compressed."""
    entries = [*known, *((f"pkg-{number}", f"CVE-2024-{number}", "1.0", "1") for number in range(count))]
    made = io.StringIO()
    made.write("<updates>")
    for number, (package, cve, version, release) in enumerate(entries):
        made.write(
            f'<update from="a" type="security" version="1.4"><id>ALAS2023-2024-{number}</id>'
            f'<title>{package}</title><issued date="2024-02-03 00:00"/><severity>important</severity>'
            f'<description>{noise(number, 300)}</description><references><reference href="https://a.test/{cve}" id="{cve}" '
            f'title="" type="cve"/></references><pkglist><collection short="core"><name>core</name><package arch="x86_64" '
            f'epoch="0" name="{package}" release="{release}" version="{version}"><filename>x.rpm</filename></package>'
            "</collection></pkglist></update>"
        )
    made.write("</updates>")
    return gzip.compress(made.getvalue().encode(), 6, mtime=0)


def suse_oval(target: Path, count: int) -> Path:
    """One family of products: each definition names many products and builds, some 13 kB of XML."""
    with gzip.open(target, "wb", compresslevel=1) as file:
        for piece in _suse_oval(count):
            file.write(piece.encode())
    return target


def _suse_oval(count: int) -> Iterator[str]:
    products = "".join(_criterion(f"SUSE Linux Enterprise Server 15 SP{pack} is installed") for pack in range(1, 7))
    yield '<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><definitions>\n'
    for number in range(count):
        cve = f"CVE-2024-{number}"
        builds = "".join(_criterion(f"lib{number}-{part}-1.{number}-150600.{part}.1 is installed") for part in range(100))
        yield (
            f'<definition id="oval:org.opensuse.security:def:{number}" version="1" class="vulnerability"><metadata><title>{cve}'
            f'</title><reference ref_id="SUSE {cve}" ref_url="https://www.suse.com/security/cve/{cve}" source="SUSE CVE"/>'
            f"<description>{noise(number, 600)}</description><advisory><severity>Moderate</severity></advisory></metadata>"
            f'<criteria operator="AND"><criteria operator="OR">{products}</criteria><criteria operator="OR">{builds}</criteria>'
            "</criteria></definition>\n"
        )
    yield "</definitions></oval_definitions>\n"


def _criterion(comment: str) -> str:
    return f'<criterion test_ref="oval:org.opensuse.security:tst:2009512345" comment="{comment}"/>'


def nvd_year(target: Path, year: int, count: int) -> Path:
    with gzip.open(target, "wt", compresslevel=1) as file:
        file.write('{"format": "NVD_CVE", "version": "2.0", "vulnerabilities": [')
        for number in range(count):
            data = {"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8}
            criteria = f"cpe:2.3:a:vendor-{number}:product-{number}:*:*:*:*:*:*:*:*"
            cve = {
                "id": f"CVE-{year}-{number}", "published": f"{year}-01-02T03:04:05.006", "vulnStatus": "Analyzed",
                "descriptions": [{"lang": "en", "value": noise(number, 600)}],
                "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": data}]},
                "weaknesses": [{"source": "nvd@nist.gov", "description": [{"lang": "en", "value": "CWE-79"}]}],
                "configurations": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": [
                    {"vulnerable": True, "criteria": criteria, "versionEndExcluding": "2"}
                ]}]}],
                "references": [{"url": f"https://example.test/{noise(number, 200)}"}],
            }  # fmt: skip
            file.write(f"{', ' if number else ''}{json.dumps({'cve': cve})}")
        file.write("]}")
    return target


def repository_map(count: int) -> bytes:
    """Which products each of Red Hat's repositories serves."""
    names = (f"rhel-{number}-for-x86_64-rpms-{noise(number, 16)}" for number in range(count))
    return json.dumps({"data": {name: {"cpes": [f"cpe:/a:redhat:enterprise_linux:9::{name[:12]}"]} for name in names}}).encode()


def products(name: str, release: str, end: str) -> bytes:
    """One product of endoflife.date, with one release."""
    cycle = {
        "name": release, "codename": None, "label": release, "releaseDate": "2023-06-10", "isLts": False, "ltsFrom": None,
        "isEoas": False, "eoasFrom": None, "isEol": False, "eolFrom": end, "isMaintained": True, "latest": None,
    }  # fmt: skip
    product = {
        "name": name, "aliases": [], "label": name, "category": "os", "tags": [], "versionCommand": None, "identifiers": [],
        "labels": {"eol": "Security Support"}, "links": {}, "releases": [cycle],
    }  # fmt: skip
    return json.dumps({"schema_version": "1.2.0", "last_modified": "2026-11-01T00:00:00Z", "result": product}).encode()


def index_page(names: list[str]) -> bytes:
    links = "".join(f'<a href="{name}">{name}</a>\n' for name in names)
    return f"<!DOCTYPE html><html><body><pre>\n{links}</pre></body></html>".encode()


def epss(known: str, count: int) -> bytes:
    lines = ["#model_version:v2025.03.14,score_date:2026-11-27T00:00:00+0000", "cve,epss,percentile", f"{known},0.91,0.99"]
    lines += [f"CVE-2024-{number},0.{number % 90_000 + 10_000},0.{number % 9_000 + 1_000}" for number in range(count)]
    return gzip.compress("\n".join(lines).encode(), 6, mtime=0)


def kev(known: str, count: int) -> bytes:
    found = [
        {
            "cveID": f"CVE-2023-{number}" if number else known, "vendorProject": "V", "product": "P",
            "vulnerabilityName": noise(number, 60),
            "dateAdded": "2024-01-02", "shortDescription": noise(number, 500), "requiredAction": noise(-number, 200),
            "dueDate": "2024-02-03", "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": [],
        }
        for number in range(count + 1)
    ]  # fmt: skip
    about = {"title": "catalogue", "catalogVersion": "2026.11.26", "dateReleased": "2026-11-26T00:00:00Z", "count": count + 1}
    return json.dumps({**about, "vulnerabilities": found}).encode()


def cve_record(cve: str) -> bytes:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    cna = {
        "providerMetadata": {"orgId": "00000000-0000-4000-8000-000000000000", "shortName": "example"},
        "descriptions": [{"lang": "en", "value": noise(cve, 1500)}],
        "metrics": [{"cvssV3_1": {"version": "3.1", "vectorString": vector, "baseScore": 9.8, "baseSeverity": "CRITICAL"}}],
    }
    about = {"cveId": cve, "assignerOrgId": "00000000-0000-4000-8000-000000000000", "state": "PUBLISHED"}
    return json.dumps({"dataType": "CVE_RECORD", "cveMetadata": about, "containers": {"cna": cna}}).encode()
