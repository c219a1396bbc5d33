"""What an update came to, feed by feed."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from msgspec import Struct

from .checks import Trouble


class FeedResult(Struct, frozen=True):
    """``kept``: nobody failed, and the database has it as it was before. ``absent``: neither here nor in the database."""

    source: str
    path: str
    state: Literal["updated", "unchanged", "fresh", "failed", "kept", "absent"]
    detail: str = ""
    records: int = 0
    trouble: Trouble = ""  # of what failed or was kept; "late" where an update has the older changes alone
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
    """Each reason once, with the source where not all have the same."""
    by_reason: dict[str, dict[str, None]] = {}
    for one in results:
        if one.detail:
            by_reason.setdefault(one.detail, {})[one.source] = None
    if len(by_reason) == 1:
        return f" ({next(iter(by_reason))})"
    listed = [f"{', '.join(list(sources)[:3])}: {reason}" for reason, sources in list(by_reason.items())[:3]]
    return f" ({'; '.join(listed)})" if listed else ""
