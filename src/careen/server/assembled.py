"""The application with all of its parts: the API, the interfaces of other systems, registries and searches."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from starlette.applications import Starlette

from careen.fleet import query, registries, search
from careen.fleet.asking import Login
from careen.fleet.conditions import Versions
from careen.fleet.connection import writing
from careen.fleet.fleet import Fleet, Lane
from careen.fleet.registries import Choice, crawl_job

from . import pages
from .app import application
from .interfaces import admission, clair, harbor, webhooks
from .options import ServerOptions
from .parts import Found, Parts, RegistryWanted

TRIED = 50  # lines of what a crawl would see
OF_FINDINGS = frozenset(("vulnerability", "severity", "risk", "epss", "fix", "fixable", "exploited", "disclosed"))
OF_PACKAGES = frozenset(("package", "type", "licence"))


def assembled(fleet: Fleet, options: ServerOptions) -> Starlette:
    interfaces = [route for part in (harbor, clair, admission, webhooks) for route in part.routes(fleet)]
    made = application(fleet, Parts(_Registries(), _Search()), options, [*interfaces, *pages.routes()])
    made.state.page_of_unknown = pages.page_of_unknown
    return made


class _Registries:
    def add(self, fleet: Fleet, project_id: int, wanted: RegistryWanted) -> int:
        target = f"{wanted.host}/{wanted.namespace}" if wanted.namespace else wanted.host
        choice = Choice(wanted.include, wanted.exclude, wanted.newest)
        kind = "" if wanted.kind == "auto" else wanted.kind
        login = Login(wanted.username, wanted.password) if wanted.username or wanted.password else None
        return registries.add(fleet, project_id, target, choice, wanted.every_s, login, kind=kind)

    def test(self, fleet: Fleet, registry_id: int) -> Sequence[str]:
        return [seen.text for seen in islice(registries.try_out(fleet, registry_id), TRIED)]

    def crawl_soon(self, fleet: Fleet, registry_id: int, lane: Lane, by: str) -> None:
        with writing(fleet.engine) as connection:
            fleet.queue.add(connection, [crawl_job(registry_id, lane, by)])


class _Search:
    def search(self, fleet: Fleet, project_id: int, text: str, after: list[Any] | None, limit: int) -> Found:
        """Findings if the query is about them, else packages if it is about those, else images."""
        terms = query.parsed(text)
        fields = {term.field for term in terms}
        kind = "findings" if fields & OF_FINDINGS else "packages" if fields & OF_PACKAGES else "images"
        lists = {"findings": search.findings, "packages": search.packages, "images": search.images}
        start = str(after[0]) if after else ""
        with fleet.session() as session, fleet.engine.connect() as connection:
            versions = Versions(session.schemes, session.ecosystems)
            page = lists[kind](connection, project_id, terms, versions=versions, after=start, limit=limit)
        return Found(kind, tuple(page.rows), [page.next] if page.next else None)

    def complete(self, fleet: Fleet, project_id: int, text: str) -> Sequence[str]:
        return query.completions(text)
