"""A report of thousands of findings, as large images have them: each vulnerability in several packages of one source."""

import random

from msgspec.structs import replace

from careen.model.advisory import SEVERITIES, Cvss
from careen.model.finding import AdvisoryReference, EpssScore, Fix, Weakness
from careen.model.package import Evidence, Package, Source
from careen.model.plan import Action, Plan, Upgrade
from careen.model.report import Report

from .reports import ROOT_USER, TOKEN, usual, vulnerability

WORDS = (
    "heap",
    "buffer",
    "overflow",
    "in",
    "the",
    "parser",
    "of",
    "crafted",
    "image",
    "files",
    "lets",
    "others",
    "read",
    "memory",
)


def large_report(count: int = 5000, seed: int = 1) -> Report:
    choose = random.Random(seed)
    base = usual()
    packages, findings = [], []
    while len(findings) < count:
        source = Source(f"source{len(packages)}", f"{choose.randint(1, 9)}.{choose.randint(0, 30)}-1+deb12u1")
        binaries = [
            Package(
                *("deb", "debian", f"lib{source.name}-{part}", source.version, source, "amd64", "debian-12"),
                cataloger="dpkg",
                evidence=(Evidence("var/lib/dpkg/status", choose.randint(0, 2)),),
            )
            for part in range(choose.randint(1, 4))
        ]
        packages += binaries
        for _ in range(choose.randint(1, 30)):
            id = f"CVE-{choose.randint(2016, 2026)}-{choose.randint(1000, 60000)}"
            shared = {
                "severity": choose.choices(SEVERITIES, (3, 20, 35, 15, 17, 10))[0],
                "severity_source": "nvd",
                "summary": " ".join(choose.choices(WORDS, k=choose.randint(6, 20))),
                "cvss": (Cvss("nvd", "3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", choose.randint(10, 98) / 10),),
                "epss": EpssScore(choose.randint(1, 9000) / 10000, 0.5),
                "kev": choose.random() < 0.01,
                "risk": choose.randint(1, 900) / 10,
                "fix": Fix("fixed", (f"{source.version}{choose.randint(2, 9)}",)) if choose.random() < 0.7 else Fix("open"),
                "advisories": (
                    AdvisoryReference(id, "debian", f"https://security-tracker.debian.org/tracker/{id}"),
                    AdvisoryReference(id, "nvd", f"https://nvd.nist.gov/vuln/detail/{id}"),
                ),
                "published": f"20{choose.randint(16, 26)}-{choose.randint(1, 12):02}-{choose.randint(1, 28):02}",
                "weaknesses": (Weakness(f"CWE-{choose.randint(20, 900)}"),),
            }
            reason = f"{source.version} < {source.version}9 (deb order, Debian 12)"
            findings += [
                vulnerability(id, package, reason=reason, **shared | {"fingerprint": f"{choose.getrandbits(128):032x}"})
                for package in binaries
            ]
    findings = [*findings[: count - 2], ROOT_USER, TOKEN]
    upgrades = tuple(
        Upgrade(package.name, package.version, f"{package.version}9", 3, package.purl) for package in packages[:40]
    )
    action = Action("apt", "", "dockerfile", "apt-get update && apt-get install -y --only-upgrade …", upgrades, 120)
    return replace(
        base,
        findings=tuple(findings),
        inventory=replace(base.inventory, packages=tuple(packages)),
        plan=Plan(count - 2, count - 122, count - 122, (action,), (), ()),
    )
