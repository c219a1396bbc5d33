"""The likelihood that an attacker breaks into the program of a container: from the vulnerabilities of its image, or
assumed.

The weight of a vulnerability: 0.95 if KEV lists it as exploited, else the larger of its EPSS score and a weight of
its severity; times a factor of its CVSS attack vector. The vulnerability with the largest weight decides.
"""

from collections.abc import Iterable

from msgspec import Struct

from careen.model.finding import Vulnerability
from careen.model.report import Report

from .graph import Container

NOT_SCANNED = 0.3  # nothing is known about the program
NONE_FOUND = 0.1  # unknown weaknesses: its own code, weak passwords
GUARDED = 0.5  # factor of a database that requires a password
UNSURE = 0.5  # factor of a container that may not listen
BY_SEVERITY = {"critical": 0.5, "high": 0.25, "medium": 0.08, "low": 0.02, "negligible": 0.01, "unknown": 0.05}
EXPLOITED = 0.95
BY_VECTOR = {"N": 1.0, "A": 0.7, "L": 0.3, "P": 0.05}
MAX_VULNERABILITIES = 1000  # of one image, the largest weights first


class ImageVulnerability(Struct, frozen=True):
    """A vulnerability in one package of an image; ``weight`` is the likelihood that it is exploited, 0 to 1."""

    id: str
    package: str
    version: str
    severity: str
    kev: bool | None
    epss: float | None
    remote: bool | None  # by its CVSS vector; None: unknown
    fixed_in: tuple[str, ...]
    weight: float


class ScannedImage(Struct, frozen=True):
    """The result of scanning an image, or in ``trouble`` why it could not be scanned."""

    image: str  # as the files name it
    scanned: str = ""  # the reference that was scanned
    trouble: str = ""
    user: str = ""
    ports: tuple[str, ...] = ()
    vulnerabilities: tuple[ImageVulnerability, ...] = ()  # the largest weight first
    counts: dict[str, int] = {}  # by severity
    assessed: bool = False  # coverage suffices: no finding means no known vulnerability


def scanned_image(image: str, report: Report) -> ScannedImage:
    found = [finding for finding in report.findings if isinstance(finding, Vulnerability) and finding.confidence != "possible"]
    counts: dict[str, int] = {}
    for finding in found:
        counts[finding.severity] = counts.get(finding.severity, 0) + 1
    vulnerabilities = sorted(map(_weighed, found), key=lambda known: (-known.weight, known.id, known.package))
    return ScannedImage(
        image=image,
        scanned=report.image.reference,
        user=report.image.config.user,
        ports=report.image.config.exposed_ports,
        vulnerabilities=tuple(vulnerabilities[:MAX_VULNERABILITIES]),
        counts=counts,
        assessed=report.coverage.verdict != "not_assessed" and report.verdict.exit_code != 3,
    )


def break_in(container: Container, image: ScannedImage | None) -> float:
    """The likelihood, from 0 to 1, that an attacker who reaches the port of this container gets inside. Without a scanned
    image, a fixed estimate.
    """
    likelihood = NOT_SCANNED if image is None or not image.assessed else NONE_FOUND
    if container.guarded:
        likelihood *= GUARDED
    if image is not None and image.vulnerabilities:
        likelihood = max(likelihood, image.vulnerabilities[0].weight)
    return likelihood if container.listens else likelihood * UNSURE


def vector(cvss: Iterable[str]) -> str:
    """The attack vector of the first CVSS vector that has one: N, A, L or P."""
    for text in cvss:
        for part in text.split("/"):
            if part.startswith("AV:"):
                return part[3:4]
    return ""


def _weighed(finding: Vulnerability) -> ImageVulnerability:
    attack = vector(score.vector for score in finding.cvss)
    epss = finding.epss.score if finding.epss else None
    likelihood = EXPLOITED if finding.kev else max(epss or 0.0, BY_SEVERITY[finding.severity])
    return ImageVulnerability(
        id=finding.id,
        package=finding.package_name,
        version=finding.package_version,
        severity=finding.severity,
        kev=finding.kev,
        epss=epss,
        remote={"N": True, "A": True, "L": False, "P": False}.get(attack),
        fixed_in=finding.fix.versions,
        weight=round(min(likelihood, EXPLOITED) * BY_VECTOR.get(attack, 0.7), 4),
    )
