"""The results of an update, feed by feed."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from msgspec import Struct

from .checks import Trouble


class FeedResult(Struct, frozen=True):
    """The result for one feed. ``kept``: it is unchanged in the database, without a failure. ``absent``: it is neither
    offered nor in the database.
    """

    source: str
    path: str
    state: Literal["updated", "unchanged", "fresh", "failed", "kept", "absent"]
    detail: str = ""
    records: int = 0
    trouble: Trouble = ""  # of a failed or kept feed; "late" also for an update with only the older changes
    assesses: bool = True  # as its source does


class UpdateResult(Struct, frozen=True):
    path: Path
    changed: bool
    feeds: tuple[FeedResult, ...]

    @property
    def failed(self) -> tuple[FeedResult, ...]:
        return tuple(feed for feed in self.feeds if feed.state == "failed")

    @property
    def kept(self) -> tuple[FeedResult, ...]:
        return tuple(feed for feed in self.feeds if feed.state == "kept")


def reasons(results: Collection[FeedResult]) -> str:
    """The reasons of failures in brackets, each once, with its sources unless all have the same reason."""
    by_reason: dict[str, dict[str, None]] = {}
    for result in results:
        if result.detail:
            by_reason.setdefault(result.detail, {})[result.source] = None
    if len(by_reason) == 1:
        return f" ({next(iter(by_reason))})"
    listed = [f"{', '.join(list(sources)[:3])}: {reason}" for reason, sources in list(by_reason.items())[:3]]
    return f" ({'; '.join(listed)})" if listed else ""
