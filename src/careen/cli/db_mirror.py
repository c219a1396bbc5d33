"""``careen db mirror``: all feeds, or some, in a folder, and the state of each."""

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import DatabaseError
from careen.log import logger
from careen.output.escape import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from careen.config import Settings
    from careen.database.mirroring import Laid
    from careen.plugins import Progress

log = logger(__name__)

_FINE = ("new", "updated", "unchanged")
_ENDS = ("new", "updated", "unchanged", "kept", "absent", "failed")


def mirror(arguments: Namespace, settings: "Settings", progress: "Progress") -> tuple[str, DatabaseError | None]:
    """The text to print, and an error if some feeds failed."""
    from careen.app.mirroring import mirror_feeds

    folder, *wanted = arguments.names
    laid = mirror_feeds(Path(folder), settings, progress, wanted=wanted, full=arguments.full)
    return (_document(laid) if arguments.json else _text(laid)), _failure(laid)


def _text(laid: "Sequence[Laid]") -> str:
    width = max((len(visible(feed.path)) for feed in laid), default=4)
    lines = [f"{'FEED':<{width}}  {'STATE':<9}  {'SIZE':>11}  DATA OF"]
    for feed in laid:
        size = f"{feed.size / 1e6:.1f} MB" if feed.size else "-"
        detail = f"  {visible(feed.detail)}" if feed.detail else ""
        lines.append(
            f"{visible(feed.path):<{width}}  {feed.state:<9}  {size:>11}  {visible(feed.as_of[:10]) or '-':<10}{detail}"
        )
    counts = {state: sum(feed.state == state for feed in laid) for state in _ENDS}
    total = sum(feed.size for feed in laid)
    listed = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
    return "\n".join([*map(str.rstrip, lines), "", f"{listed or 'no feed'}; {total / 1e6:,.1f} MB"]) + "\n"


def _document(laid: "Sequence[Laid]") -> str:
    import msgspec

    return json.dumps({"schema": "careen.db-mirror/1", "feeds": msgspec.to_builtins(laid)}, indent=1) + "\n"


def _failure(laid: "Sequence[Laid]") -> DatabaseError | None:
    """The error of feeds that assess images; for other feeds there is a warning, as in an update."""
    for feed in laid:
        if feed.state == "failed" and not feed.assesses:
            log.warning("%s could not be brought up to date: %s", feed.path, feed.detail)
    failed = [feed for feed in laid if feed.state == "failed" and feed.assesses]
    if failed:
        names = ", ".join(f"{feed.path} ({feed.detail})" for feed in failed)
        others = "the others are up to date; " if any(feed.state in _FINE for feed in laid) else ""
        return DatabaseError(f"could not fetch {names}", f"{others}for these the mirror keeps its earlier files")
    if not any(feed.size for feed in laid):
        return DatabaseError("no feed could be downloaded", "check the connection")
    return None
