"""The advisory database for a long-running program: it stays open, and is opened again after an update has replaced it.

Nothing is fetched.
"""

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from careen.app.databases import database_of
from careen.app.wiring import policy_of
from careen.config import Settings
from careen.database.knowledge import Knowledge
from careen.errors import DatabaseError
from careen.log import logger
from careen.model.inventory import Inventory
from careen.plugins import Ecosystem, Named, VersionScheme

if TYPE_CHECKING:
    from careen.matching.match import Matched

log = logger(__name__)


class KeptAdvisories:
    """The open database. Threads may share it; requests are made one at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path: Path = database_of(settings)
        self._identity: tuple[int, int, int] | None = None
        self._opened = ExitStack()
        self._knowledge: Knowledge | None = None
        self._private: tuple[Knowledge, ...] = ()
        self._lock = threading.Lock()
        self._policy = policy_of(settings)
        self.schemes: Mapping[str, VersionScheme] = Named("careen.versions", "VERSION_SCHEME", VersionScheme)
        self.opened = 0  # how often a database was opened

    def close(self) -> None:
        with self._lock:
            self._opened.close()
            self._knowledge = self._identity = None

    def matched(self, inventory: Inventory) -> "Matched | None":
        """Matches the inventory with the advisories; None if there is no database."""
        from careen.pipeline.assessment import Matcher

        with self._lock:
            knowledge = self.knowledge()
            if knowledge is None:
                return None
            matcher = Matcher(knowledge, self.schemes, self.ecosystems)
            return matcher.matched(inventory, self._policy, datetime.now(UTC).date())[0]

    @property
    def ecosystems(self) -> Mapping[str, Ecosystem]:
        from careen.app.outlines import catalogers

        return {cataloger.ecosystem.purl_type: cataloger.ecosystem for cataloger in catalogers()}

    def knowledge(self) -> Knowledge | None:
        """The user's advisories and those of the database; None if there are neither. It closes an earlier database, so
        that no other thread may use an earlier result meanwhile. ``matched`` takes care of this itself.
        """
        from careen.database.combined import CombinedKnowledge
        from careen.database.read import open_database

        identity = _identity(self._path)
        if identity != self._identity:
            self._opened.close()
            self._opened, self._knowledge, self._identity = ExitStack(), None, identity
            try:
                if identity is not None:
                    self._knowledge = self._opened.enter_context(open_database(self._path))
                    self.opened += 1
            except DatabaseError as error:
                log.warning("%s: %s", error, error.hint)
        known = [*self._own(), *([self._knowledge] if self._knowledge else [])]
        if len(known) < 2:
            return next(iter(known), None)
        return CombinedKnowledge(known)

    def _own(self) -> tuple[Knowledge, ...]:
        """The user's own advisories."""
        if self._settings.advisories and not self._private:
            from careen.database.private import advisories_folder

            self._private = (advisories_folder(self._settings.advisories),)
        return self._private


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
