"""Updates the database: feeds are fetched and read aside, and built into a new file beside the old one.

``asking`` is the first half, ``applying`` the second. Only one process updates at a time; one that had to wait uses
what the other has fetched. ``job`` describes the layout of the folder.
Raises: DatabaseError, InputError, NetworkError.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from careen.errors import Error, NetworkError
from careen.plugins import AdvisorySource, Fetcher, Need, Progress, silent

from .applying import RETRY_HINT, apply
from .asking import ask, lacks, still_new
from .checks import Trouble
from .download import Downloads
from .file_state import rows_of
from .guard import IsAffected
from .job import BusyError, Job, Patience, clear, hold, now, workplace
from .knowledge import database_path
from .lock import LOCK_PATIENCE_S, exclusive
from .origin import Origin, folder, live, mirror
from .results import FeedResult, UpdateResult
from .shared_update import SharedUpdate
from .space import full_as_error, needed_beside

FRESH_S = 24 * 3600
PATIENCE_S = 5.0


def update(
    cache: Path,
    sources: Sequence[AdvisorySource],
    *,
    need: Need = Need(),  # noqa: B008 frozen
    fetcher: Fetcher | None = None,
    mirror_at: str | None = None,
    progress: Progress = silent,
    max_age_s: float = 0,
    patience_s: float | None = None,
    leave_bytes: int | None = None,
    accept: Collection[str] = (),
    is_affected: IsAffected | None = None,
    api_key: str = "",
    shared: SharedUpdate | None = None,
) -> UpdateResult:
    """Updates the database. By default everything is needed. Feeds that were requested within ``max_age_s`` are not
    requested again. ``patience_s`` bounds the time for feeds of which the database has an older edition; missing feeds
    are waited for. Of the former, files over ``leave_bytes`` are left to ``finish``. ``mirror_at`` is a folder or URL
    to use instead of the live addresses. ``accept`` lists sources, or parts of them, whose new editions are used
    whatever they lost. ``is_affected`` is for the guard against reversed feeds. ``api_key`` is a user's key of NVD's
    API, for its faster rate. Updates of this process that may run at the same time have one ``shared``.
    """
    path = database_path(cache)
    asked = now()

    def waiting_s() -> float:
        return LOCK_PATIENCE_S if patience_s is None or lacks(rows_of(path), sources, need) else patience_s

    shared = shared or SharedUpdate()
    with (
        full_as_error(path.parent, partial(needed_beside, path)),
        shared.workplace(lambda opened: hold(path, waiting_s, progress, opened)) as (place, number),
    ):
        patience = Patience(patience_s)
        scratch = place.scratch / f"files.{number}"
        scratch.mkdir(exist_ok=True)
        downloads = Downloads(fetcher, place.parts, place.gate, progress, leave_bytes=leave_bytes) if fetcher else None
        origin = _origin(mirror_at, fetcher, downloads, progress, api_key, patience.is_late)
        job = Job(
            path,
            scratch,
            origin,
            downloads,
            asked,
            max_age_s,
            patience,
            leave_bytes,
            place.is_shared,
            accept,
            is_affected,
            progress,
        )
        return shared.update(job, sources, need)


def refresh(
    cache: Path,
    sources: Sequence[AdvisorySource],
    need: Need,
    fetcher: Fetcher,
    progress: Progress = silent,
    is_affected: IsAffected | None = None,
    *,
    mirror_at: str | None = None,
    max_age_s: float = FRESH_S,
    patience_s: float | None = PATIENCE_S,
    leave_bytes: int | None = None,
    shared: SharedUpdate | None = None,
) -> UpdateResult:
    """The refresh before a scan matches: fetches missing feeds, and refreshes those over a day old, for five seconds at most.

    If there is an older database to continue with, nothing is raised: the result then has the failures.
    """
    try:
        return update(
            cache, sources, need=need, fetcher=fetcher, mirror_at=mirror_at, progress=progress, max_age_s=max_age_s,
            patience_s=patience_s, leave_bytes=leave_bytes, is_affected=is_affected, shared=shared,
        )  # fmt: skip
    except Error as error:
        path = database_path(cache)
        if not rows_of(path):
            raise
        trouble: Trouble = "late" if isinstance(error, BusyError) else "unreachable"
        return UpdateResult(path, changed=False, feeds=(FeedResult("", "", "failed", str(error), trouble=trouble),))


def finish(
    cache: Path,
    sources: Sequence[AdvisorySource],
    need: Need,
    fetcher: Fetcher,
    is_affected: IsAffected | None = None,
    *,
    mirror_at: str | None = None,
) -> UpdateResult | None:
    """Completes what scans had no time for. Scans can run meanwhile: the database is locked only while the new one is
    built. None if another process is already doing so.
    """
    path = database_path(cache)
    with (
        full_as_error(path.parent, partial(needed_beside, path)),
        exclusive(path.parent / "refresh.lock", 0) as is_alone,
        ExitStack() as opened,
    ):
        if not is_alone:
            return None
        if not opened.enter_context(exclusive(path.parent / "partial.lock", LOCK_PATIENCE_S)):
            raise BusyError("another process is updating the advisory database", "The next scan continues.")
        place, patience = workplace(path.parent, "refreshing", True, opened), Patience(None)
        downloads = Downloads(fetcher, place.parts, place.gate)
        origin = _origin(mirror_at, fetcher, downloads, silent, "", patience.is_late)
        job = Job(path, place.scratch, origin, downloads, now(), FRESH_S, patience, None, False, (), is_affected, silent)
        answers = ask(job, sources, need)
        if not opened.enter_context(exclusive(path.parent / "lock", LOCK_PATIENCE_S)):
            raise BusyError("another process is updating the advisory database", "The next scan continues.")
        clear(path.parent, "fetching")
        return apply(job, still_new(job, answers), sources, need)


def _origin(
    mirror_at: str | None,
    fetcher: Fetcher | None,
    downloads: Downloads | None,
    progress: Progress,
    api_key: str,
    is_late: Callable[[], bool],
) -> Origin:
    if mirror_at is not None and "://" not in mirror_at:
        return folder(Path(mirror_at).expanduser())
    if fetcher is None or downloads is None:
        raise NetworkError("no network to fetch advisories from", RETRY_HINT)
    if mirror_at is not None:
        return mirror(mirror_at, fetcher, downloads)
    return live(fetcher, downloads, progress, api_key, is_late)
