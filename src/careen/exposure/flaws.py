"""How likely the program in a container is broken into: by the vulnerabilities of its image, or else by an assumption.

A flaw's weight is what is known of its use: known to be exploited (KEV) 0.95; else the larger of its EPSS score and what
its severity alone says; times how it is reached (CVSS attack vector). A container is as weak as its worst flaw.
"""

from collections.abc import Iterable

from msgspec import Struct

from careen.model.finding import Vulnerability
from careen.model.report import Report

from .graph import Container

NOT_SCANNED = 0.3  # nobody looked: as for a program of which nothing is known
NONE_FOUND = 0.1  # what no advisory knows: its own code, weak passwords
GUARDED = 0.5  # a database that asks for a password
UNSURE = 0.5  # nobody says that it listens at all
BY_SEVERITY = {"critical": 0.5, "high": 0.25, "medium": 0.08, "low": 0.02, "negligible": 0.01, "unknown": 0.05}
EXPLOITED = 0.95
BY_VECTOR = {"N": 1.0, "A": 0.7, "L": 0.3, "P": 0.05}
MAX_FLAWS = 1000  # of one image that are kept, the heaviest first


class Flaw(Struct, frozen=True):
    """One vulnerability in one package of an image; ``weight`` is how likely it is used, 0 to 1."""

    id: str
    package: str
    version: str
    severity: str
    kev: bool | None
    epss: float | None
    remote: bool | None  # by its CVSS vector; None: nobody says
    fixed_in: tuple[str, ...]
    weight: float


class ImageFlaws(Struct, frozen=True):
    """What a scan found out about an image; ``trouble`` why there was none."""

    image: str
    scanned: str = ""  # the reference that was
    trouble: str = ""
    user: str = ""
    ports: tuple[str, ...] = ()
    flaws: tuple[Flaw, ...] = ()  # the heaviest first
    counts: dict[str, int] = {}  # by severity
    assessed: bool = False  # enough is known of its packages: what was not found is not known to be there


def of_report(image: str, report: Report) -> ImageFlaws:
    found = [one for one in report.findings if isinstance(one, Vulnerability) and one.confidence != "possible"]
    counts: dict[str, int] = {}
    for one in found:
        counts[one.severity] = counts.get(one.severity, 0) + 1
    flaws = sorted(map(_flaw, found), key=lambda one: (-one.weight, one.id, one.package))
    return ImageFlaws(
        image=image,
        scanned=report.image.reference,
        user=report.image.config.user,
        ports=report.image.config.exposed_ports,
        flaws=tuple(flaws[:MAX_FLAWS]),
        counts=counts,
        assessed=report.coverage.verdict != "not_assessed" and report.verdict.exit_code != 3,
    )


def break_in(container: Container, flaws: ImageFlaws | None) -> float:
    """How likely who reaches the port of this container gets inside."""
    if flaws is None or not flaws.assessed:
        likely = NOT_SCANNED
    else:
        likely = NONE_FOUND
    if container.guarded:
        likely *= GUARDED
    if flaws is not None and flaws.flaws:
        likely = max(likely, flaws.flaws[0].weight)
    return likely if container.listens else likely * UNSURE


def vector(cvss: Iterable[str]) -> str:
    """The attack vector of the first CVSS vector that has one: N, A, L or P."""
    for text in cvss:
        for part in text.split("/"):
            if part.startswith("AV:"):
                return part[3:4]
    return ""


def _flaw(one: Vulnerability) -> Flaw:
    way = vector(score.vector for score in one.cvss)
    epss = one.epss.score if one.epss else None
    used = EXPLOITED if one.kev else max(epss or 0.0, BY_SEVERITY[one.severity])
    return Flaw(
        id=one.id,
        package=one.package_name,
        version=one.package_version,
        severity=one.severity,
        kev=one.kev,
        epss=epss,
        remote={"N": True, "A": True, "L": False, "P": False}.get(way),
        fixed_in=one.fix.versions,
        weight=round(min(used, EXPLOITED) * BY_VECTOR.get(way, 0.7), 4),
    )
