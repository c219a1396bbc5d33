"""A finding of any kind as one flat row, for the formats that list findings.

A row has the fields that all kinds share. A new kind needs no change here: its fields are found by their names.
"""

from msgspec import Struct

from careen.model.finding import BehaviourFinding, ExposedSecret, Finding, Fix, Location, Vulnerability
from careen.model.image import Image
from careen.model.report import Report

from .image_name import file_in_checkout
from .lines import joined
from .summary import ordered

# As code-scanning views grade findings; an unrated one may be severe.
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "negligible": "note", "unknown": "warning"}

REVOKE = (
    "Revoke the credential, and build the image without it: give it to the container at run time, or to a build step as a "
    "secret."
)


# Columns keep their names and order; new ones are added at the end.
COLUMNS = (
    *("kind", "id", "severity", "risk", "title", "message", "package", "version", "purl", "path", "line", "layer"),
    *("fix_state", "fixed_in", "fix", "confidence", "aliases", "exploited", "epss", "fingerprint", "target", "digest"),
)
Cell = str | int | float | bool | None


class Row(Struct, frozen=True):
    """A finding as a row. Its text is as images and feeds have it: each format escapes it. ``line`` is a line of the
    first of ``paths``."""

    kind: str
    id: str
    severity: str
    title: str
    message: str  # what exactly is wrong in this place
    fingerprint: str
    purl: str = ""
    package: str = ""
    version: str = ""
    paths: tuple[str, ...] = ()
    line: int | None = None
    end_line: int | None = None
    layer: int | None = None
    fix_state: str = ""
    fixed_in: tuple[str, ...] = ()
    advice: str = ""  # the fix in words
    risk: float | None = None
    confidence: str = ""
    aliases: tuple[str, ...] = ()
    exploited: bool | None = None  # according to CISA's catalogue; None: unknown
    epss: float | None = None
    evidence: tuple[str, ...] = ()  # the evidence of a sign of risk
    file: str = ""  # the file of the checkout to which ``line`` belongs; "" for findings in an image

    @property
    def subject(self) -> str:
        """The package with its version, else the file."""
        return f"{self.package} {self.version}".strip() if self.package else self.path

    @property
    def path(self) -> str:
        return self.paths[0] if self.paths else ""

    @property
    def place(self) -> str:
        """The file and line, "build/Dockerfile:7"."""
        return f"{self.path}:{self.line}" if self.path and self.line else self.path

    @property
    def what(self) -> str:
        return joined(self.title, self.message)

    @property
    def remedy(self) -> str:
        """The fix in words: "fixed in 3.1.3", "no fixed version (wont_fix)", or the advice of a check."""
        if self.fixed_in:
            return f"fixed in {', '.join(self.fixed_in)}"
        return f"no fixed version ({self.fix_state})" if self.fix_state else self.advice


def rows_of(report: Report, severities: frozenset[str] | None = None) -> list[Row]:
    """The listed findings, the most important first."""
    listed = (found for found in ordered(report.findings) if not severities or found.severity in severities)
    return [row_of(finding, report.image) for finding in listed]


def cells(row: Row, image: Image) -> tuple[Cell, ...]:
    """The values of ``COLUMNS``, as images and feeds have them; several of one column are joined by a semicolon."""
    return (
        *(row.kind, row.id, row.severity, row.risk, row.title, row.message, row.package, row.version, row.purl),
        *("; ".join(row.paths), row.line, row.layer, row.fix_state, "; ".join(row.fixed_in), row.advice),
        *(row.confidence, "; ".join(row.aliases), row.exploited, row.epss, row.fingerprint, image.reference, image.digest),
    )


def row_of(finding: Finding, image: Image) -> Row:
    location: Location | None = getattr(finding, "location", None)
    fix = getattr(finding, "fix", "")
    paths = tuple(dict.fromkeys((*((location.path,) if location else ()), *getattr(finding, "paths", ()))))
    of_build = isinstance(finding, Vulnerability) and location is not None  # a line of the Dockerfile
    known = fix if isinstance(fix, Fix) else None
    return Row(
        kind=str(finding.__struct_config__.tag),
        id=finding.id,
        severity=finding.severity,
        title=getattr(finding, "title", "") or getattr(finding, "summary", ""),
        message=_message(finding),
        fingerprint=finding.fingerprint,
        purl=getattr(finding, "package", ""),
        package=getattr(finding, "package_name", ""),
        version=getattr(finding, "package_version", ""),
        paths=paths,
        line=location.line if location else None,
        end_line=location.end_line if location else None,
        layer=getattr(finding, "layer", None),
        fix_state=known.state if known else "",
        fixed_in=known.versions if known else (),
        advice=REVOKE if isinstance(finding, ExposedSecret) else "" if known else str(fix),
        risk=getattr(finding, "risk", None),
        confidence=getattr(finding, "confidence", ""),
        aliases=getattr(finding, "aliases", ()),
        exploited=getattr(finding, "kev", None),
        epss=epss.score if (epss := getattr(finding, "epss", None)) else None,
        evidence=finding.evidence if isinstance(finding, BehaviourFinding) else (),
        file=paths[0] if of_build else file_in_checkout(image, paths[0] if paths else ""),
    )


def _message(finding: Finding) -> str:
    if isinstance(finding, ExposedSecret):
        return finding.match + (" (deleted by a later layer)" if finding.deleted else "")
    message: str = getattr(finding, "message", "")
    return message
