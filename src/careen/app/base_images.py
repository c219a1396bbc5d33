"""Alternatives for the base image: its current build in the registry, and other tags of the same repository.

Each is scanned with the same rules as the image, from the cache of layers if it was scanned before, and compared with
the findings in the base layers of the image.
Raises: UsageError if the base image has no name with a tag; InputError or NetworkError if the registry does not answer.
"""

from collections.abc import Collection, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from careen.app.opening import open_context
from careen.app.session import Session
from careen.config import Settings
from careen.errors import Error, InputError, UsageError
from careen.images.base_tags import Candidate, Kind, candidates
from careen.images.names import Reference, parse_reference
from careen.images.registry import digest, tags
from careen.model.finding import Vulnerability
from careen.model.report import Report
from careen.plugins import Progress, silent

_HINT = "--base NAME:TAG or --dockerfile FILE names it"

Finding = tuple[str, str]  # id and name of the package, without its version, which differs between builds


class BaseTag(Struct, frozen=True):
    """One candidate. ``removes`` and ``adds`` count findings relative to the image's present base. ``error``: why it
    has no result.
    """

    kind: Kind
    reference: str
    digest: str
    size_bytes: int = 0  # size of its compressed layers
    findings: int = 0
    removes: int = 0
    adds: int = 0
    coverage: Literal["assessed", "partially_assessed", "not_assessed"] = "not_assessed"
    error: str = ""

    @property
    def pinned(self) -> str:
        return f"{self.reference}@{self.digest}"


class BaseTags(Struct, frozen=True):
    """The candidates. ``findings`` are those of the image's base: by its layers, or if these are unknown, of the
    present image of its tag. ``chosen`` is the tag to move to: the present one or a newer patch, whichever has the
    fewest findings.
    """

    reference: str
    findings: int
    by_layers: bool
    tags: tuple[BaseTag, ...]
    chosen: str

    @property
    def choice(self) -> BaseTag | None:
        return next((tag for tag in self.tags if tag.reference == self.chosen), None)


def base_name(report: Report, named: str) -> str:
    """The name of the base image, from the user or the Dockerfile, else from the image's label. Raises UsageError if
    unknown.
    """
    name = named or (report.base.reference if report.base and report.base.reference else "")
    if not name or name == "scratch":
        raise UsageError("the name of the base image is not known", _HINT)
    return name


def base_tags(report: Report, name: str, settings: Settings, wanted: str = "", progress: Progress = silent) -> BaseTags:
    """The candidates for the base image, its present tag first. ``wanted`` is the tag to move to, which is scanned even if
    it is no candidate.
    """
    reference = _with_tag(name)
    settings = replace(
        settings,
        platform=settings.platform or (str(report.image.platform) if report.image.platform else None),
        **_WITHOUT,
    )
    known = frozenset(_findings_of_base(report))
    by_layers = bool(report.base and report.base.layers)
    found: list[BaseTag] = []
    with Session(settings) as session:
        for candidate in _asked(reference, settings, wanted):
            made, has = _scanned(candidate, reference, session, settings, progress)
            if candidate.kind == "present" and not by_layers:
                known = has
            if made.digest and made.digest in {tag.digest for tag in found}:
                continue  # another tag of the same image
            counted = {"removes": len(known - has), "adds": len(has - known)} if not made.error else {}
            found.append(replace(made, findings=len(has), **counted))
    chosen = f"{reference.name}:{wanted}" if wanted else _best(found)
    return BaseTags(f"{reference.name}:{reference.tag}", len(known), by_layers, tuple(found), chosen)


# Settings for the image itself, which do not apply to a base image.
_WITHOUT = {
    "scanners": ("vuln",),
    "fail_on": (),
    "baseline": None,
    "policy": (),
    "compliance": None,
    "dockerfile": None,
    "base": None,
    "referrers": False,
    "trust_key": (),
    "require_signature": None,
    "all_platforms": False,
}


def _with_tag(name: str) -> Reference:
    reference = parse_reference(name)
    if not reference.tag:
        raise UsageError(f"{name} has no tag, so that there is no newer image of it", _HINT)
    return replace(reference, digest=None)


def _asked(reference: Reference, settings: Settings, wanted: str) -> Iterator[Candidate]:
    yield Candidate("present", reference.tag or "")
    offered = tags(str(reference), open_context(settings, silent))
    listed = candidates(reference.tag or "", offered)
    if wanted and wanted not in {reference.tag, *(candidate.tag for candidate in listed)}:
        if wanted not in offered:
            raise InputError(f"{reference.name} has no tag {wanted!r}", "leave --base-tag out to see the tags to choose from")
        yield Candidate("chosen", wanted)
    yield from listed


def _scanned(
    candidate: Candidate, reference: Reference, session: Session, settings: Settings, progress: Progress
) -> tuple[BaseTag, frozenset[Finding]]:
    name = replace(reference, tag=candidate.tag)
    try:
        found = digest(str(name), open_context(settings, silent))
        report = session.scan(f"registry:{replace(name, digest=found)}", progress)
    except Error as error:
        if candidate.kind == "present":
            raise
        return BaseTag(candidate.kind, f"{name.name}:{name.tag}", "", error=str(error)), frozenset()
    size = sum(layer.size_bytes for layer in report.image.layers)
    made = BaseTag(candidate.kind, f"{name.name}:{name.tag}", found, size, coverage=report.coverage.verdict)
    return made, frozenset(_of(report.findings))


def _findings_of_base(report: Report) -> Iterator[Finding]:
    layers = report.base.layers if report.base and report.base.layers else 0
    for finding in report.findings:
        if isinstance(finding, Vulnerability) and finding.layer is not None and finding.layer < layers:
            yield finding.id, finding.package_name


def _of(findings: Collection[object]) -> Iterator[Finding]:
    return ((finding.id, finding.package_name) for finding in findings if isinstance(finding, Vulnerability))


def _best(found: Collection[BaseTag]) -> str:
    """The reference with the fewest findings among the assessed tags with the smallest change; "" if there is none."""
    fit = [tag for tag in found if tag.kind in ("present", "patch") and not tag.error and tag.coverage != "not_assessed"]
    return min(fit, key=lambda tag: tag.findings).reference if fit else ""
