"""The feeds that an update could not bring up to date: those that assess images fail it, the others are a warning."""

from collections.abc import Iterator, Sequence
from shlex import quote
from typing import TYPE_CHECKING

from careen.errors import DatabaseError
from careen.log import logger

if TYPE_CHECKING:
    from careen.database.results import FeedResult, UpdateResult

log = logger(__name__)


def update_failure(result: "UpdateResult", command: str = "update") -> DatabaseError | None:
    """The error of feeds that assess images. Feeds of scores and dates are a warning, and keep their last values."""
    for name, detail in _by_reason([feed for feed in result.failed if not feed.assesses]):
        log.warning("%s could not be brought up to date: %s", name, detail)
    failed = [feed for feed in result.failed if feed.assesses]
    if not failed:
        return None
    held = [feed.path for feed in failed if feed.trouble == "held_back"]
    names = ", ".join(f"{name} ({detail})" for name, detail in _by_reason(failed))
    others = "the others are up to date; " if any(feed.state in ("updated", "unchanged") for feed in result.feeds) else ""
    hint = f"{others}for these the database keeps its earlier data, with its age"
    if held:
        hint += f"; if the change is right: careen db {command} {' '.join(f'--accept {quote(path)}' for path in held)}"
    return DatabaseError(f"could not update {names}", hint)


def _by_reason(failed: "Sequence[FeedResult]") -> Iterator[tuple[str, str]]:
    """(what failed, reason) for each reason; what failed is the path of a file, or a number of files of a source."""
    groups: dict[tuple[str, str], list[str]] = {}
    for feed in failed:
        groups.setdefault((feed.source, feed.detail), []).append(feed.path)
    for (source, detail), paths in groups.items():
        yield paths[0] if len(paths) == 1 else f"{len(paths)} files of {source}", detail
