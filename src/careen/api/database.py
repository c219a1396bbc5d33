"""The advisory database that scans use, for programs that update it themselves."""

from typing import Any

from careen.config import Settings
from careen.database.results import FeedResult, UpdateResult
from careen.model.advisory import DatabaseInfo
from careen.plugins import Progress, silent

from .settings import chosen

__all__ = ["Database", "DatabaseInfo", "FeedResult", "UpdateResult"]


class Database:
    """The advisory database of these settings. The object keeps no file open, and threads may share it.

    >>> database = careen.Database(cache_dir="cache", db_from="feeds")
    >>> [feed.source for feed in database.update().failed]
    []
    >>> sorted(source.name for source in database.info().sources)
    ['alpine/edge', 'alpine/v3.18']
    """

    def __init__(self, settings: Settings | None = None, **options: Any) -> None:
        self.settings = chosen(settings, options)

    def info(self) -> DatabaseInfo:
        """The sources of the database, and how old their data is. Raises DatabaseError if there is no database, or a
        damaged one."""
        from careen.app.databases import database_status

        return database_status(self.settings)

    def update(self, progress: Progress = silent, *, full: bool = False) -> UpdateResult:
        """Updates the database as ``careen db update`` does; ``full``: also the large feeds.

        A feed that fails keeps its earlier data, and is among ``failed`` of the result.
        """
        from careen.app.databases import update_database

        return update_database(self.settings, progress, full=full)

    def __repr__(self) -> str:
        return f"<Database in {self.settings.cache_dir}>"
