"""A database whose feeds come from a server on loopback, and whose data are some days old."""

from datetime import UTC, datetime, timedelta

from careen.database.checks import write_checks
from careen.database.knowledge import database_path
from careen.net import NetSettings, make_fetcher
from tests.support.databases import dated


class Redirected:
    """A Fetcher that asks ``server`` for what is at OSV's live addresses."""

    def __init__(self, server):
        self._server = server.server.url
        self._fetcher = make_fetcher(NetSettings(timeout_s=30), environ={}, sleep=lambda seconds: None)

    def request(self, url, **options):
        return self._fetcher.request(url.replace("https://osv-vulnerabilities.storage.googleapis.com", self._server), **options)


def aged(cache, **past):
    """As if the feeds had been asked for so long ago."""
    then = (datetime.now(UTC) - timedelta(**past)).isoformat(timespec="milliseconds")
    path = database_path(cache)
    dated(path, then, fetched=then)
    write_checks(path, {})
