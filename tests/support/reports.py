"""Reports made by hand: a usual one, an empty one, and one full of hostile text."""

import io

from msgspec.structs import replace

from careen.model.advisory import Cvss, DatabaseInfo, SourceInfo
from careen.model.attached import Attached, AttachedSbom, AttachedVex, Material, Provenance, Signature
from careen.model.finding import (
    AdvisoryReference,
    EpssScore,
    ExposedSecret,
    Fix,
    Location,
    Misconfiguration,
    Suppressed,
    SuppressedBy,
    Vulnerability,
    Weakness,
)
from careen.model.image import Image, ImageConfig, Layer, Platform
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Distribution, Evidence, Package, Source
from careen.model.report import Coverage, Reason, Report, Rule, Verdict

DIGEST = "sha256:" + "4c" * 32

OPENSSL = Source("openssl", "3.0.11-1~deb12u2")
LIBSSL = Package(
    "deb",
    "debian",
    "libssl3",
    "3.0.11-1~deb12u2",
    OPENSSL,
    "amd64",
    "debian-12",
    licenses=("Apache-2.0",),
    cataloger="dpkg",
    vendor="distribution",
    evidence=(Evidence("var/lib/dpkg/status", 0),),
)
CLI = replace(LIBSSL, name="openssl")
KERNEL = replace(LIBSSL, name="linux-libc-dev", version="6.1.66-1", source=Source("linux", "6.1.66-1"))
JINJA = Package(
    "pypi",
    None,
    "Jinja2",
    "3.0.1",
    cataloger="python",
    evidence=(Evidence("opt/app/lib/python3.11/site-packages/Jinja2-3.0.1.dist-info/METADATA", 1),),
)
LOG4J = Package(
    "maven",
    None,
    "org.apache.logging.log4j:log4j-core",
    "2.14.1",
    cataloger="java",
    evidence=(Evidence("opt/service/service.jar", 2), Evidence("opt/service/service.jar", 2)),
)


def vulnerability(id: str, package: Package, **changes) -> Vulnerability:
    usual = Vulnerability(
        id=id,
        aliases=(),
        package=package.purl,
        package_name=package.name,
        package_version=package.version,
        paths=tuple(sorted({place.path for place in package.evidence})),
        severity="high",
        severity_source="osv",
        cvss=(),
        epss=None,
        kev=False,
        risk=5.0,
        fix=Fix("fixed", ("9.9.9",)),
        advisories=(AdvisoryReference(id, "osv", f"https://osv.example/{id}"),),
        reason=f"{package.version} < 9.9.9",
        confidence="confirmed",
        layer=package.evidence[0].layer if package.evidence else None,
        fingerprint=f"fingerprint-{id}-{package.name}",
    )
    return replace(usual, **changes)


def usual() -> Report:
    shell = vulnerability(
        "CVE-2021-44228",
        LOG4J,
        aliases=("GHSA-jfh8-c2jp-5v3q",),
        severity="critical",
        severity_source="ghsa",
        cvss=(Cvss("nvd", "3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),),
        epss=EpssScore(0.94358, 0.9996),
        kev=True,
        risk=99.1,
        fix=Fix("fixed", ("2.15.0", "2.12.2", "2.3.1")),
        summary="Remote code execution through look-ups in logged text",
        weaknesses=(Weakness("CWE-502", "Deserialization of Untrusted Data"), Weakness("CWE-20")),
    )
    ssl = {"fix": Fix("fixed", ("3.0.13-1~deb12u1",)), "severity": "medium", "severity_source": "debian", "risk": 3.1}
    findings = (
        vulnerability("CVE-2023-5678", CLI, **ssl),
        vulnerability("CVE-2023-5678", LIBSSL, **ssl, epss=EpssScore(0.0052, 0.4)),
        vulnerability("CVE-2007-6755", LIBSSL, fix=Fix("open"), severity="negligible", severity_source="debian", risk=0.1),
        shell,
        vulnerability("CVE-2024-22195", JINJA, fix=Fix("fixed", ("3.1.3",)), severity="medium", risk=2.9),
        vulnerability("CVE-2099-0001", JINJA, fix=Fix("open"), severity="unknown", severity_source=None, risk=0.0),
        vulnerability("CVE-2023-6931", KERNEL, fix=Fix("wont_fix"), severity="high", risk=6.2),
        vulnerability("CVE-2023-6932", KERNEL, fix=Fix("open"), severity="high", risk=6.1),
        vulnerability("CVE-2013-7445", KERNEL, fix=Fix("open"), severity="low", risk=1.0),
    )
    ignored = vulnerability("CVE-2023-0001", JINJA, risk=1.0)
    vex = vulnerability("CVE-2023-0002", LIBSSL, risk=1.0)
    return Report(
        created="2026-11-24T12:00:00Z",
        image=Image(
            reference="registry.example/shop/service:1.4",
            kind="image",
            digest=DIGEST,
            platform=Platform("linux", "amd64"),
            config=ImageConfig(labels={"org.opencontainers.image.base.name": "debian:12"}),
            layers=tuple(
                Layer(index, f"sha256:{index:064x}", f"sha256:{index + 9:064x}", 1000 + index, "COPY . /", io.BytesIO)
                for index in range(3)
            ),
        ),
        inventory=Inventory(
            Distribution("debian", "12", "bookworm", (), "Debian GNU/Linux 12 (bookworm)", Evidence("etc/os-release", 0)),
            (LIBSSL, CLI, KERNEL, JINJA, LOG4J),
            files=20312,
            unowned_executables=4,
        ),
        findings=findings,
        suppressed=(
            Suppressed(ignored, SuppressedBy("ignore", ".careenignore", "templates are ours", "2027-01-01")),
            Suppressed(vex, SuppressedBy("vex", "vendor.vex.json", "vulnerable_code_not_in_execute_path")),
        ),
        unknowns=(Unknown("rpm", Evidence("var/lib/rpm/Packages", 0), "Berkeley DB: no magic number"),),
        coverage=Coverage(
            "partially_assessed",
            (
                Reason("partial_source", "debian: knows 12 source packages of Debian 12", 1),
                Reason("unscored", "1 vulnerability has no score yet"),
            ),
            20312,
            4,
        ),
        verdict=Verdict(False, 1, (Rule("fail-on critical", False),)),
        database=DatabaseInfo("/cache/db.sqlite", "2026-11-24T09:00:00Z", (SourceInfo("debian", "2026-11-23", 51234),)),
        end_of_life="2028-06-30",
    )


ROOT_USER = Misconfiguration(
    id="DKR-001",
    title="Container runs as root",
    severity="high",
    location=Location("build/Dockerfile", 7, 9),
    why="Root in the container is root on the host once it gets out.",
    fix="Name another USER.",
    references=("CWE-250",),
    fingerprint="fingerprint-root",
    message="USER root",
)
TOKEN = ExposedSecret(
    id="example-token",
    title="Token of a service",
    severity="critical",
    location=Location("app/settings.py", 3, 3),
    match="tok_…(redacted)",
    fingerprint="fingerprint-token",
    layer=1,
    deleted=True,
)


def faulty() -> Report:
    """What a check of source files gives: no image, no package, misconfigurations with their lines."""
    base = clean()
    return replace(
        base,
        image=Image("shop", "files", "", None, ImageConfig(), ()),
        inventory=Inventory(None, (), files=2),
        findings=(ROOT_USER, TOKEN, replace(ROOT_USER, id="DKR-002", severity="low", location=Location("build/Dockerfile"))),
        suppressed=(Suppressed(ROOT_USER, SuppressedBy("comment", "build/Dockerfile:6", "a test image")),),
        coverage=Coverage("assessed", (), 2, 0),
        database=None,
        end_of_life=None,
    )


def clean(coverage: str = "assessed", reasons: tuple[Reason, ...] = ()) -> Report:
    return replace(
        usual(),
        findings=(),
        suppressed=(),
        unknowns=(),
        coverage=Coverage(
            coverage,
            reasons,
            20312,
            0,
            packages=5,
            assessed_packages={"assessed": 5, "partially_assessed": 3, "not_assessed": 0}[coverage],
            data_of="2026-11-23",
        ),
        verdict=Verdict(True, 0, ()),
    )


HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07",  # clears the screen, sets the window's title
    "[red]markup[/red] [link=file:///etc/passwd]x[/link]",
    "safe\u202egnp.exe",  # reads backwards from here
    "two\nlines\r\nand\ttab",
    "zero\u200bwidth\ufeff\u2066",
    "\x9b31mC1",
    "::error::commands of a pipeline",
    "a##[add-mask]b ##vso[task.setvariable variable=x]y",
    "=HYPERLINK(1)",
    "<script>alert(1)</script>&amp;",
    '"quotes"\\and\\backslashes',
    "lone \udce9 surrogate",
    "{0} {name} %s %(x)s",
    "日本語 e\u0301 🦀",
    "n" * 5000,
    "",
)


def hostile(text: str) -> Report:
    """The same text wherever an image or a feed can put text of its own."""
    package = Package(
        "npm",
        None,
        text or "x",
        text,
        Source(text, text),
        text,
        text,
        licenses=(text,),
        maintainer=text,
        cataloger="npm",
        owned_by=text or None,
        evidence=(Evidence(text, 0),),
    )
    finding = vulnerability(
        text or "CVE-1",
        package,
        aliases=(text,),
        summary=text,
        reason=text,
        severity_source=text,
        fix=Fix("fixed", (text,)),
        cvss=(Cvss(text, "3.1", text, 5.0),),
        advisories=(AdvisoryReference(text, text, text),),
        fingerprint=text or "f",
    )
    where = Location(text, 1, 2)
    fault = Misconfiguration(text or "X-1", text, "low", where, text, text, (text,), f"m{text}", text, 0)
    secret = ExposedSecret(text or "x", text, "high", where, text, f"s{text}", 0, True)
    signature = Signature(text, "cosign", text, text, text)
    beside = Attached(
        (text,),
        (signature, replace(signature, identity="")),
        (Provenance(text, text, text, text, text, (Material(text, text),), 1, replace(signature, verified_by=text)),),
        (AttachedSbom(text, text, text, 1, signature),),
        (AttachedVex(text, text, 1, text, None),),
        1,
        (text,),
        False,
        (text,),
    )
    base = usual()
    layer = replace(base.image.layers[0], created_by=text)
    config = ImageConfig(labels={"org.opencontainers.image.base.name": text, "org.opencontainers.image.base.digest": text})
    return replace(
        base,
        image=replace(base.image, reference=text, config=config, layers=(layer,), attached=beside),
        inventory=Inventory(Distribution(text, text, text, (text,), text), (package,)),
        findings=(finding, fault, secret),
        suppressed=(Suppressed(finding, SuppressedBy("ignore", text, text, text)),),
        unknowns=(Unknown("npm", Evidence(text, 0), text),),
        coverage=Coverage("partially_assessed", (Reason("unreadable", text, 1),), 1, 0),
        verdict=Verdict(False, 1, (Rule(text, False),)),
    )


# The cases of the golden reports, by the name of the file.
REPORTS = {
    "vulnerabilities": usual(),
    "nothing_found": clean(),
    "not_assessed": clean("not_assessed", (Reason("no_database", "there is no advisory database: nothing was assessed", 5),)),
    "source_files": faulty(),
}
