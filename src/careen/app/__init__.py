"""Composes the product: settings, plugins, stores and knowledge come together here, for whichever shell asks.

In: a reference or paths, and the settings. Out: a report, or what else was asked for. Each function here is a whole run;
``session`` has what the scans of a longer one share.
"""

import importlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from careen.app.cachefolder import settled
from careen.app.session import Session
from careen.app.wiring import open_store, reporters
from careen.config import Settings
from careen.layers.compare import Change, changes, shared_layers
from careen.model.image import Image
from careen.model.report import Coverage, Reason, Report, Verdict
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.app.checking import check, check_running
    from careen.app.databases import database_status, update_database
    from careen.app.exposing import exposure
    from careen.app.opening import open_context, open_image, platforms
    from careen.app.session import report_or_scan

__all__ = [
    "Compared", "Session", "check", "check_running", "database_status", "exposure", "inventory_diff",
    "inventory_report", "open_context", "open_image", "open_store", "platforms", "report_or_scan", "reporters", "scan",
    "settled", "update_database",
]  # fmt: skip

# What a scan needs nothing of is imported when it is asked for.
_LATER = {
    "check": "checking", "check_running": "checking", "database_status": "databases", "update_database": "databases",
    "exposure": "exposing", "open_context": "opening", "open_image": "opening", "platforms": "opening",
    "report_or_scan": "session",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"careen.app.{_LATER[name]}"), name)


def scan(reference: str, settings: Settings, progress: Progress = silent) -> Report:
    """Everything: open, read, learn, match, assess. Raises Error where no report can be made at all."""
    with Session(settings) as session:
        return session.scan(reference, progress)


def inventory_report(reference: str, session: Session, progress: Progress = silent) -> Report:
    """The inventory in the form that reporters write; its coverage says that nothing was judged."""
    image, found = session.inventory(reference, progress)
    reason = Reason("inventory_only", "the packages were listed, not judged", len(found.packages))
    return Report(
        created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        image=image,
        inventory=found,
        findings=(),
        suppressed=(),
        unknowns=found.unknowns,
        coverage=Coverage("not_assessed", (reason,), found.files, found.unowned_executables),
        verdict=Verdict(True, 0),
        database=None,
    )


class Compared(Struct, frozen=True):
    """Two images, before and after, and what changed from one to the other."""

    images: tuple[Image, Image]
    packages: tuple[int, int]
    shared_layers: int
    changes: tuple[Change, ...]


def inventory_diff(before: str, after: str, settings: Settings, progress: Progress = silent) -> Compared:
    with Session(settings) as session:
        (old, had), (new, has) = session.inventory(before, progress), session.inventory(after, progress)
        return Compared(
            (old, new),
            (len(had.packages), len(has.packages)),
            shared_layers(*((layer.diff_id or layer.digest for layer in image.layers) for image in (old, new))),
            changes(had, has, session.schemes, session.ecosystems),
        )
