"""Scans all platforms: one report for each platform of a multi-platform image, which lists the state of all platforms.

If a platform cannot be opened or read, the others are still scanned; their verdict is then incomplete.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from careen.errors import Error, UsageError

if TYPE_CHECKING:
    from careen.app.session import Session
    from careen.config import Settings
    from careen.model.image import Platform
    from careen.model.report import Report
    from careen.plugins import Progress

COMPLETE = "every platform assessed"


def reports_of(reference: str, session: "Session", settings: "Settings", progress: "Progress") -> "Sequence[Report]":
    """The report of an image; with ``all_platforms`` in the settings, one for each platform that could be scanned. Raises the
    first error if none could be scanned.
    """
    from careen.app.opening import platforms

    if not settings.all_platforms:
        return (session.scan(reference, progress),)
    if settings.platform:
        raise UsageError("--platform and --all-platforms exclude each other", "leave one of them out")
    offered = platforms(reference, settings)
    return _each(reference, session, offered, progress) if offered else (session.scan(reference, progress),)


def _each(reference: str, session: "Session", offered: "Sequence[Platform]", progress: "Progress") -> "list[Report]":
    from msgspec.structs import replace

    from careen.model.report import FailedBy, PlatformState, Rule

    reports: list[Report] = []
    states: list[PlatformState] = []
    errors: list[Error] = []
    for number, platform in enumerate(offered):
        why = _not_chosen(platform, offered[:number])
        if why:
            states.append(PlatformState(str(platform), "not_assessed", why))
            continue
        try:
            report = session.on(str(platform)).scan(reference, progress)
        except UsageError:  # it would occur for the other platforms too
            raise
        except Error as error:
            errors.append(error)
            states.append(PlatformState(str(platform), "not_assessed", str(error)))
        else:
            reports.append(report)
            states.append(PlatformState(str(platform), report.coverage.verdict))
    if not reports and errors:
        raise errors[0]
    missing = tuple(state.platform for state in states if state.coverage == "not_assessed")
    verdicts = (replace(report.verdict, platforms=tuple(states)) for report in reports)
    if len(reports) < len(offered):
        failed = Rule(COMPLETE, False, FailedBy(len(missing), missing[:10]))
        verdicts = (replace(verdict, passed=False, exit_code=3, rules=(*verdict.rules, failed)) for verdict in verdicts)
    return [replace(report, verdict=verdict) for report, verdict in zip(reports, verdicts, strict=True)]


def _not_chosen(platform: "Platform", earlier: "Sequence[Platform]") -> str:
    """Why an image of an index cannot be chosen by its platform; "" if it can."""
    from careen.images.platforms import rank

    if platform.architecture == "unknown":
        return "the index does not name the platform of this image: name the image by its digest"
    if any(rank(platform, other) == 0 == rank(other, platform) for other in earlier):
        return "another image of the index has the same platform: name this one by its digest"
    return ""
