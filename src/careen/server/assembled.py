"""The application with all of its parts: the API, the interfaces for other systems, registries and searches."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace
from starlette.applications import Starlette

from careen.fleet import image_secrets, query, registries, search
from careen.fleet.asking import Login
from careen.fleet.conditions import OF_FINDING, OF_PROJECT, Versions
from careen.fleet.connection import writing
from careen.fleet.fleet import Fleet, Lane
from careen.fleet.registries import Choice, Seen, crawl_job

from . import pages
from .app import application
from .interfaces import admission, clair, harbor, webhooks
from .options import ServerOptions
from .parts import Found, Parts, RegistryChange, RegistryWanted

TRIED = 50  # results in a test of a registry
OF_FINDINGS = OF_FINDING | OF_PROJECT
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

    def change(self, fleet: Fleet, project_id: int, registry_id: int, wanted: RegistryChange) -> None:
        known = next((each for each in registries.listed(fleet, project_id) if each.id == registry_id), None)
        choice = known.choice if known else Choice()
        choice = replace(
            choice,
            include=choice.include if wanted.include is None else wanted.include,
            exclude=choice.exclude if wanted.exclude is None else wanted.exclude,
            newest=choice.newest if wanted.newest is None else wanted.newest or None,
        )
        registries.change(
            fleet,
            project_id,
            registry_id,
            choice,
            UNSET if wanted.every_s is None else wanted.every_s or None,
            UNSET if wanted.username is None else Login(wanted.username, wanted.password if wanted.username else ""),
        )

    def watch(self, fleet: Fleet, registry_id: int) -> Iterator[Seen]:
        return islice(registries.try_out(fleet, registry_id), TRIED)

    def test(self, fleet: Fleet, registry_id: int) -> Sequence[str]:
        return [seen.text for seen in islice(registries.try_out(fleet, registry_id), TRIED)]

    def crawl_soon(self, fleet: Fleet, registry_id: int, lane: Lane, by: str) -> None:
        with writing(fleet.engine) as connection:
            fleet.queue.add(connection, [crawl_job(registry_id, lane, by)])


class _Search:
    def search(
        self, fleet: Fleet, project_id: int, text: str, after: list[Any] | None, limit: int, *, images: bool = False
    ) -> Found:
        """Runs a query. It lists findings if a term concerns findings, else packages if a term concerns packages, else
        images. ``images``: it lists those in any case.
        """
        terms = query.parsed(text)
        fields = set() if images else {term.field for term in terms}
        kind = "findings" if fields & OF_FINDINGS else "packages" if fields & OF_PACKAGES else "images"
        lists = {"findings": search.findings, "packages": search.packages, "images": search.images}
        start = str(after[0]) if after else ""
        with fleet.session() as session, fleet.engine.connect() as connection:
            versions = Versions(session.schemes, session.ecosystems)
            page = lists[kind](connection, project_id, terms, versions=versions, after=start, limit=limit)
        return Found(kind, tuple(page.rows), [page.next] if page.next else None)

    def to_decide(self, fleet: Fleet, project_id: int, text: str, after: str, limit: int) -> Found:
        with fleet.session() as session, fleet.engine.connect() as connection:
            versions = Versions(session.schemes, session.ecosystems)
            page = search.to_decide(connection, project_id, query.parsed(text), versions=versions, after=after, limit=limit)
        return Found("findings", tuple(map(_to_decide, page.rows)), [page.next] if page.next else None)

    def complete(self, fleet: Fleet, project_id: int, text: str) -> Sequence[str]:
        known = query.VALUES
        if query.last_word(text).startswith("secret:"):
            with fleet.engine.connect() as connection:
                known = {"secret": tuple(image_secrets.known_kinds(connection, project_id))}
        return query.completions(text, known)


def _to_decide(row: dict[str, Any]) -> dict[str, Any]:
    names = ("vulnerability", "package", "severity", "confidence", "fix_state", "fixed_version", "first_at", "due_at")
    numbers = {"risk": row["risk"] / 1000, "exploited": bool(row["exploited"])}
    return {name: row[name] for name in names} | numbers | {name: row[name] for name in ("images", "images_exact")}
