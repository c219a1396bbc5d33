"""Feeds of the size of the live ones, invented, the same for the same seed: ``python generate.py FOLDER [--scale 1.0]``.

Counts and sizes of records follow what the sources publish (see README.md); names, ids and versions mean nothing. The
folder is a mirror for ``careen db update --from FOLDER``.
"""

import argparse
import gzip
import hashlib
import json
import random
import time
import zipfile
from pathlib import Path

SEED = 20261124
DAY = "2026-01-02"
V3 = [
    f"CVSS:3.1/AV:{a}/AC:{b}/PR:{c}/UI:{d}/S:U/C:{e}/I:{e}/A:{f}"
    for a in "NL"
    for b in "LH"
    for c in "NL"
    for d in "NR"
    for e in "HL"
    for f in "HN"
]
PROSE = (
    "An issue was discovered that lets a remote attacker pass crafted input to a parser, which then reads beyond the end "
    "of a buffer; depending on the build this ends the process, discloses memory of other requests, or runs code with the "
    "rights of the service. "
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    seed, scale, root = random.Random(SEED), options.scale, options.folder
    for what, write in (
        ("npm, most of it malicious packages", lambda: npm(root, seed, int(220_000 * scale))),
        ("PyPI", lambda: languages(root, seed, "PyPI", int(24_000 * scale), versions=40)),
        ("Maven", lambda: languages(root, seed, "Maven", int(7_000 * scale))),
        ("Go", lambda: languages(root, seed, "Go", int(6_000 * scale))),
        ("Ubuntu", lambda: ubuntu(root, seed, int(55_000 * scale))),
        ("SUSE, kernel errata of hundreds of vulnerabilities and packages", lambda: suse(root, seed, int(9_000 * scale))),
        ("Debian tracker", lambda: debian(root, seed, int(46_000 * scale))),
        ("Alpine", lambda: alpine(root, seed, int(900 * scale))),
        ("KEV", lambda: kev(root, seed, int(1_700 * scale))),
        ("EPSS", lambda: epss(root, seed, int(310_000 * scale))),
        ("NVD, two full years", lambda: nvd(root, seed, int(45_000 * scale))),
    ):
        started = time.monotonic()
        write()
        print(f"{what}: {time.monotonic() - started:.1f} s", flush=True)
    manifest(root)


def npm(root, seed, count):
    def records():
        for number in range(count):
            name = f"{seed.choice(('', '@' + word(seed) + '/'))}{word(seed)}-{number}"
            if number % 16:
                id = f"MAL-{2022 + number % 5}-{number}"
                yield (
                    id,
                    osv(
                        id,
                        [
                            affected(
                                "npm", name, [("introduced", "0")], versions=[f"1.0.{n}" for n in range(seed.randrange(12))]
                            )
                        ],
                        text(seed, 900),
                    ),
                )
            else:
                id = f"GHSA-{number:012d}"
                yield (
                    id,
                    osv(
                        id,
                        [affected("npm", name, span(seed))],
                        text(seed, 2500),
                        aliases=[cve(seed)],
                        severity=score(seed),
                        database_specific={"severity": "HIGH", "cwe_ids": ["CWE-79"]},
                    ),
                )

    archive(root, "npm", records())


def languages(root, seed, ecosystem, count, versions=0):
    def records():
        for number in range(count):
            id = f"GHSA-{ecosystem[:2].lower()}{number:010d}"
            name = f"{word(seed)}-{number % (count // 4 + 1)}"
            listed = [f"{n}.{m}.0" for n in range(versions // 8) for m in range(8)]
            yield (
                id,
                osv(
                    id,
                    [affected(ecosystem, name, span(seed), versions=listed)],
                    text(seed, 2500),
                    aliases=[cve(seed)],
                    severity=score(seed),
                ),
            )

    archive(root, ecosystem, records())


def ubuntu(root, seed, count):
    releases = [
        "Ubuntu:Pro:14.04:LTS",
        "Ubuntu:Pro:16.04:LTS",
        "Ubuntu:Pro:18.04:LTS",
        "Ubuntu:20.04:LTS",
        "Ubuntu:22.04:LTS",
        "Ubuntu:24.04:LTS",
        "Ubuntu:25.10",
    ]

    def records():
        for number in range(count):
            id = f"UBUNTU-CVE-{2010 + number % 16}-{number}"
            entries = []
            for release in seed.sample(releases, seed.randrange(2, 8)):
                for package in range(seed.choice((1, 1, 1, 2, 12))):
                    events = [("introduced", "0")] + (
                        [("fixed", f"{seed.randrange(9)}.{seed.randrange(99)}-0ubuntu0.{number % 9}")]
                        if seed.random() < 0.4
                        else []
                    )
                    binaries = [
                        {"binary_name": f"lib{word(seed)}{n}", "binary_version": "1.2.3-0ubuntu1"}
                        for n in range(seed.randrange(6))
                    ]
                    entries.append(
                        affected(
                            release,
                            f"source-{(number * 7 + package) % 4000}",
                            events,
                            ecosystem_specific={"binaries": binaries},
                        )
                    )
            severity = [*score(seed), {"type": "Ubuntu", "score": seed.choice(("low", "medium", "high"))}]
            yield id, osv(id, entries, text(seed, 600), upstream=[id.removeprefix("UBUNTU-")], severity=severity)

    archive(root, "Ubuntu", records())


def suse(root, seed, count):
    products = [
        f"SUSE:Linux Enterprise {kind} 15 SP{n}"
        for kind in ("Server", "Module for Basesystem", "Desktop", "Micro 5.")
        for n in range(3, 8)
    ]

    def records():
        for number in range(count):
            kernel = number % 20 == 0
            id = f"SUSE-SU-{2018 + number % 9}:{number}-1"
            packages = (
                [f"kernel-{word(seed)}-{n}" for n in range(60)]
                if kernel
                else [f"{word(seed)}-{number % 2500}-{n}" for n in range(seed.randrange(1, 15))]
            )
            upstream = [cve(seed) for _ in range(seed.randrange(80, 400) if kernel else seed.randrange(1, 8))]
            fixed = [("introduced", "0"), ("fixed", f"{seed.randrange(9)}.{seed.randrange(99)}-150500.{number}.1")]
            binaries = [{f"{package}-devel": fixed[1][1] for package in packages[:20]}]
            entries = [
                affected(product, package, fixed, ecosystem_specific={"binaries": binaries})
                for product in seed.sample(products, 3)
                for package in packages
            ]
            yield id, osv(id, entries, text(seed, 9000 if kernel else 1200), upstream=upstream)

    archive(root, "SUSE", records())


def debian(root, seed, count):
    packages = {}
    suites = ("bullseye", "bookworm", "trixie", "forky", "sid")
    for number in range(count):
        package = "linux" if number % 5 == 0 else f"source-{seed.randrange(3600)}"
        releases = {}
        for suite in suites:
            state = seed.random()
            release = {
                "status": "resolved",
                "repositories": {suite: "1.2.3-1", f"{suite}-security": "1.2.3-1+deb12u1"},
                "urgency": "not yet assigned",
            }
            if state < 0.6:
                release["fixed_version"] = f"{seed.randrange(9)}.{seed.randrange(99)}-1" if state > 0.1 else "0"
            else:
                release |= {
                    "status": "open",
                    **(
                        {"nodsa": "Minor issue", "nodsa_reason": seed.choice(("", "postponed", "ignored"))}
                        if state < 0.9
                        else {}
                    ),
                }
            releases[suite] = release
        packages.setdefault(package, {})[f"CVE-{2010 + number % 17}-{number}"] = {
            "scope": "remote",
            "debianbug": number,
            "description": text(seed, 720),
            "releases": releases,
        }
    put(root / "debian/tracker.json", json.dumps(packages).encode())


def alpine(root, seed, count):
    for branch in [f"v3.{n}" for n in range(10, 25)] + ["edge"]:
        for repository in ("main", "community"):
            packages = [
                {
                    "pkg": {
                        "name": f"{word(seed)}-{n}",
                        "secfixes": {
                            f"{m}.{n % 9}-r0": [cve(seed) for _ in range(seed.randrange(1, 6))]
                            for m in range(seed.randrange(1, 9))
                        },
                    }
                }
                for n in range(count)
            ]
            put(root / f"alpine-secdb/{branch}/{repository}.json", json.dumps({"packages": packages}).encode())


def kev(root, seed, count):
    entries = [
        {
            "cveID": cve(seed),
            "dateAdded": DAY,
            "knownRansomwareCampaignUse": seed.choice(("Known", "Unknown")),
            "shortDescription": text(seed, 500),
        }
        for _ in range(count)
    ]
    put(root / "kev/known_exploited_vulnerabilities.json", json.dumps({"vulnerabilities": entries}).encode())


def epss(root, seed, count):
    lines = [f"CVE-{1999 + number % 28}-{number:05d},{seed.random():.5f},{seed.random():.5f}\n" for number in range(count)]
    body = f"#model_version:v2026,score_date:{DAY}T00:00:00+0000\ncve,epss,percentile\n" + "".join(lines)
    put(root / "epss/epss_scores-current.csv.gz", gzip.compress(body.encode(), 6, mtime=0))


def nvd(root, seed, count):
    for year in (2025, 2026):
        items = []
        for number in range(count):
            metrics = {
                "cvssMetricV31": [
                    {
                        "source": "nvd@nist.gov",
                        "type": "Primary",
                        "cvssData": {"version": "3.1", "vectorString": seed.choice(V3), "baseScore": 7.5},
                    }
                    for _ in range(seed.randrange(3))
                ]
            }
            ranges = [
                {
                    "vulnerable": True,
                    "criteria": f"cpe:2.3:a:{word(seed)}:{word(seed)}:*:*:*:*:*:*:*:*",
                    "versionEndExcluding": "1.2.3",
                    "matchCriteriaId": "0" * 36,
                }
                for _ in range(seed.randrange(9))
            ]
            references = [
                {"url": f"https://example.org/{word(seed)}/{number}", "source": "cna", "tags": ["Patch"]}
                for _ in range(seed.randrange(9))
            ]
            cve = {
                "id": f"CVE-{year}-{number:05d}",
                "published": f"{year}-02-03T04:05:06.007",
                "vulnStatus": "Analyzed",
                "descriptions": [{"lang": lang, "value": text(seed, 1200)} for lang in ("en", "es")],
                "metrics": metrics,
                "weaknesses": [{"description": [{"lang": "en", "value": "CWE-79"}]}],
                "configurations": [{"nodes": [{"operator": "OR", "cpeMatch": ranges}]}],
                "references": references,
            }
            items.append({"cve": cve})
        put(
            root / f"nvd/json/cve/2.0/nvdcve-2.0-{year}.json.gz",
            gzip.compress(json.dumps({"format": "NVD_CVE", "version": "2.0", "vulnerabilities": items}).encode(), 1, mtime=0),
        )


def osv(id, entries, details, **more):
    references = [{"type": "WEB", "url": f"https://example.org/advisory/{id}/{n}"} for n in range(4)]
    record = {
        "schema_version": "1.7.3",
        "id": id,
        "modified": f"{DAY}T03:04:05Z",
        "published": f"{DAY}T03:04:05Z",
        "summary": f"Summary of {id}",
        "details": details,
    }
    return json.dumps({**record, "references": references, **more, "affected": entries}).encode()


def affected(ecosystem, name, events, **more):
    return {
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": [{key: value} for key, value in events]}],
        **more,
    }


def span(seed):
    events = [("introduced", "0"), ("fixed", f"{seed.randrange(1, 9)}.{seed.randrange(99)}.0")]
    return events if seed.random() < 0.7 else [*events, ("introduced", "10.0.0"), ("fixed", f"10.{seed.randrange(1, 99)}.0")]


def score(seed):
    return [{"type": "CVSS_V3", "score": seed.choice(V3)}]


def cve(seed):
    return f"CVE-{seed.randrange(2010, 2027)}-{seed.randrange(1000, 60000)}"


def word(seed):
    return "".join(seed.choice(("ba", "ko", "ri", "stu", "len", "mo", "xi", "tar")) for _ in range(seed.randrange(2, 5)))


def text(seed, length):
    start = seed.randrange(len(PROSE))
    return (PROSE[start:] + PROSE * (length // len(PROSE) + 1))[: seed.randrange(length // 2, length)]


def archive(root, ecosystem, records):
    path = root / "osv" / ecosystem / "all.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as writer:
        for id, data in records:
            writer.writestr(zipfile.ZipInfo(f"{id}.json", (2026, 1, 2, 3, 4, 4)), data, zipfile.ZIP_DEFLATED)


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def manifest(root):
    files = []
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.name != "MANIFEST.json":
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            files.append(
                {
                    "path": path.relative_to(root).as_posix(),
                    "snapshot_date": DAY,
                    "bytes": path.stat().st_size,
                    "sha256": digest,
                }
            )
    put(root / "MANIFEST.json", json.dumps({"note": "invented by generate.py", "files": files}, indent=1).encode())


if __name__ == "__main__":
    main()
