"""The advisories that assess an image: the database, after a refresh of what the image needs."""

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

from careen.app.archives import OwnArchives, with_shipped
from careen.app.cachefolder import cache_folder, is_private, settled
from careen.app.wiring import advisory_sources, fetcher_of
from careen.config import Settings
from careen.database.knowledge import Knowledge
from careen.errors import DatabaseError, Error
from careen.log import logger
from careen.matching.needs import needed
from careen.model.delta import Delta
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package
from careen.plugins import AdvisorySource, Ecosystem, Need, Progress

if TYPE_CHECKING:
    from careen.app.publications import Verified
    from careen.database.results import UpdateResult
    from careen.database.shared_update import SharedUpdate

log = logger(__name__)

LEAVE_BYTES = 16 << 20  # reading more takes over half a second: a scan leaves it to the background refresh, if there is one


class RefreshState:
    """The shared state of all refreshes in one run."""

    def __init__(self) -> None:
        self.namespaces: set[str] = set()  # the refreshed namespaces
        self.warned: set[str] = set()  # each warning is given only once in a run
        self.is_late = False  # some refresh ran out of time
        self.late: set[str] = set()  # the namespaces of late feeds
        self.published: Verified | None = None  # the publication that this run fetched
        self.archives = OwnArchives()
        self.publication = threading.Lock()  # held by the thread that requests it
        self._lock = threading.Lock()
        self._shared: SharedUpdate | None = None

    @property
    def shared(self) -> "SharedUpdate":
        """Lets several threads refresh the database at the same time."""
        from careen.database.shared_update import SharedUpdate

        with self._lock:
            self._shared = self._shared or SharedUpdate()
            return self._shared


class AdvisoryRefresh:
    """Fetches the advisories that an image needs while its layers are still being read."""

    def __init__(
        self, settings: Settings, ecosystems: Mapping[str, Ecosystem], progress: Progress, state: "RefreshState"
    ) -> None:
        self._settings, self._ecosystems, self._progress, self._state = settled(settings), ecosystems, progress, state
        self.archive_failures: list[str] = []  # why archives could not be read
        self._threads: list[threading.Thread] = []
        self._distribution: Distribution | None = None
        self._types: set[str] = set()  # purl types of the packages seen
        self._begun: frozenset[str] = frozenset()
        self._lock = threading.Lock()

    def start_for_layer(self, delta: Delta) -> None:
        """Starts fetching the advisories of a layer's distribution, and of the languages of its packages."""
        if not _may_fetch(self._settings) or "vuln" not in self._settings.scanners:
            return
        found = [value for _, value in delta.facts.get("distribution", ()) if isinstance(value, Distribution)]
        types = {value.type for facts in delta.facts.values() for _, value in facts if isinstance(value, Package)}
        with self._lock:
            self._distribution = self._distribution or next(iter(found), None)
            self._types |= types
            if self._distribution is None:  # the needed namespaces may depend on the distribution
                return
            kinds = [kind for kind in self._ecosystems.values() if kind.distribution or kind.purl_type in self._types]
            namespaces = needed(_stand_ins(kinds), self._distribution, self._ecosystems) - self._begun
            if not namespaces and self._threads:
                return
            self._begun |= namespaces
            self._threads.append(threading.Thread(target=self._refresh, args=(namespaces,), daemon=True))
            self._threads[-1].start()

    def knowledge_for(self, inventory: Inventory, opened: ExitStack) -> Knowledge | None:
        """The advisories to assess this inventory; None if there is no database and none is available."""
        if _may_fetch(self._settings):
            wanted = needed(inventory.packages, inventory.distribution, self._ecosystems)
            if rest := wanted - self._begun:
                self._refresh(rest)
            for thread in self._threads:
                thread.join()
            self._refresh(wanted)  # repeats what failed before
        private = _private(self._settings)
        known, damaged = _database(self._settings, opened, bool(private))
        known += self._state.archives.knowledge(
            self._settings, inventory, self._ecosystems, self._progress, self.archive_failures.append
        )
        if not damaged:  # a damaged database must be repaired, not replaced by shipped facts
            known = with_shipped(known, inventory, self._ecosystems)
        known = [*private, *known]
        if len(known) < 2:
            return next(iter(known), None)
        from careen.database.combined import CombinedKnowledge

        return CombinedKnowledge(known)

    def _refresh(self, namespaces: frozenset[str]) -> None:
        left = namespaces - self._state.namespaces
        if (left or not self._state.namespaces) and self._fetch(left):
            self._state.namespaces |= left

    def _fetch(self, namespaces: frozenset[str]) -> bool:
        """Fetches the advisories of these namespaces. Returns False if that failed and has to be repeated."""
        sources = [source for source in advisory_sources() if source.on_demand]
        need = Need(namespaces)
        with self._state.publication:
            came = self._take_published(need, sources)
            if came == "later":
                self._state.is_late = True
                self._state.late |= namespaces
                return True
            if came == "used":  # reading feeds needs the lock that taking the rest of the publication holds
                return self._ask_feeds(need, sources)
        return self._ask_feeds(need, sources)

    def _ask_feeds(self, need: Need, sources: Sequence[AdvisorySource]) -> bool:
        from careen.app.regression_guard import build_is_affected
        from careen.database.update import FRESH_S, PATIENCE_S, refresh

        settings = self._settings
        wait, never = settings.refresh == "wait", settings.refresh == "never"
        namespaces = need.namespaces or frozenset()
        try:
            result = refresh(
                settings.cache_dir,
                sources,
                need,
                fetcher_of(settings),
                self._progress,
                build_is_affected(),
                mirror_at=settings.db_from,
                max_age_s=math.inf if never else FRESH_S,
                patience_s=None if wait else PATIENCE_S,
                leave_bytes=LEAVE_BYTES if self._is_finished_later else None,
                shared=self._state.shared,
            )
        except Error as error:
            self._warn(str(error))
            return False
        if any(feed.trouble == "late" for feed in result.feeds):
            self._state.is_late = True
            self._state.late |= namespaces
        for text in _warnings(result, self._is_finished_later):
            self._warn(text)
        return True

    @property
    def _is_finished_later(self) -> bool:
        return self._settings.refresh == "background" and not is_private(self._settings.cache_dir)

    def _take_published(self, need: Need, sources: Sequence[AdvisorySource]) -> Literal["", "used", "later"]:
        """Takes the published database. Feeds are then fetched only for what it lacks, or if it is over a day old.

        Returns "" if nothing is published or available, "used" if it was taken, and "later" if the rest is taken in the
        background; then the feeds need not be fetched.
        """
        from careen.app.publications import addresses, bring
        from careen.database.asking import lacks
        from careen.database.file_state import rows_of
        from careen.database.knowledge import database_path
        from careen.database.update import PATIENCE_S

        settings, later = self._settings, self._is_finished_later
        if settings.db_from or not addresses(settings):
            return ""
        is_usable = not lacks(rows_of(database_path(settings.cache_dir)), sources, need)
        if is_usable and settings.refresh == "never":
            return "used"
        try:
            cache_folder(settings)
            brought = bring(
                settings,
                need.namespaces or frozenset(),
                {feed.key for source in sources for feed in source.feeds(need, _no_listing)},
                self._progress,
                found=self._state.published,
                absent=settings.refresh == "never",
                patience_s=PATIENCE_S if is_usable and settings.refresh != "wait" else None,
                leave_bytes=LEAVE_BYTES if is_usable and later else None,
            )
        except (Error, OSError) as error:
            self._warn(f"the published database could not be used, and the feeds are read: {error}")
            return ""
        if brought is None:  # the database has it already, or it was not available a moment ago
            return "used" if is_usable else ""
        self._state.published = brought.found or self._state.published
        for path, failure in brought.taken.failed.items() if brought.taken else ():
            self._warn(f"the published {path} is not used: {failure.detail}")
        if brought.is_late:
            then = "it is taken in the background" if later else "the feeds are read"
            self._warn(f"there was no time to take the published database: {then}, and the present data are used")
        return "later" if brought.is_late and later else "used"

    def _warn(self, text: str) -> None:
        if text not in self._state.warned:
            self._state.warned.add(text)
            log.warning("%s", text)


def _warnings(result: "UpdateResult", is_finished_later: bool) -> Iterator[str]:
    """One line for each source that was not refreshed, with the reason; scores that the background process will fetch
    are left out.
    """
    scores = {source.name for source in advisory_sources() if not source.assesses}
    details: dict[tuple[str, bool], dict[str, None]] = {}
    for feed in result.feeds:
        if feed.state == "updated" and feed.detail and not feed.trouble:  # it was used, but incomplete
            yield f"{feed.source}: {feed.detail}"
        if feed.state == "failed" or feed.trouble == "late":
            is_late = feed.trouble == "late" and is_finished_later
            if is_late and feed.source in scores:
                continue
            details.setdefault((feed.source or "the database", is_late), {})[feed.detail] = None
    for (source, is_late), found in details.items():
        why = "; ".join(found)
        if is_late:
            yield f"{source} is not up to date yet ({why}): it is finished in the background, and the present data are used"
        else:
            yield f"{source} could not be brought up to date: {why}"


def _no_listing(name: str) -> tuple[str, ...]:
    return ()


def _may_fetch(settings: Settings) -> bool:
    """Whether a scan may fetch. A database that the user names is used unchanged."""
    return not settings.offline and settings.db is None


def _stand_ins(kinds: Sequence[Ecosystem]) -> list[Package]:
    """A package without a name for each ecosystem, because ``needed`` takes packages."""
    return [Package(kind.purl_type, None, "", "") for kind in kinds]


def _private(settings: Settings) -> list[Knowledge]:
    if not settings.advisories:
        return []
    from careen.database.private import advisories_folder

    return [advisories_folder(settings.advisories)]


def _database(settings: Settings, opened: ExitStack, has_private: bool) -> tuple[list[Knowledge], bool]:
    """Opens the database. Returns it in a list, which is empty without one, and whether there is one that cannot be
    used.
    """
    from careen.app.databases import database_of
    from careen.database.read import open_database

    path = database_of(settings)
    try:
        return [opened.enter_context(open_database(path))], False
    except DatabaseError as error:
        if settings.db:
            raise
        if not (has_private or settings.archive) or path.exists():
            log.warning("%s: %s", error, error.hint)
        return [], path.exists()


def missing_scores(knowledge: Knowledge, settings: Settings, ids: Sequence[str]) -> Knowledge:
    """The database together with the records of these CVEs that could be fetched, now or in an earlier run."""
    from careen.database.backfill import backfill
    from careen.database.combined import CombinedKnowledge

    fetcher = fetcher_of(settings, attempts=1) if _may_fetch(settings) else None
    return CombinedKnowledge((knowledge, backfill(settled(settings).cache_dir, _by_importance(knowledge, ids), fetcher)))


def _by_importance(knowledge: Knowledge, ids: Sequence[str]) -> list[str]:
    """Sorts ids: exploited ones first, then those without any record, then the newest, because old ones seldom have a
    score.
    """
    exploited, known = knowledge.exploited(ids), knowledge.records(ids)

    def rank(id: str) -> tuple[bool, int, list[int]]:
        numbers = [-int(part) for part in id.split("-") if part.isdecimal()]
        return id not in exploited, len(known.get(id, ())), numbers

    return sorted(ids, key=rank)
