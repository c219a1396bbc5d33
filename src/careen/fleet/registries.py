"""The registries of projects: added, changed, listed, removed and tested, and which of them are due for a crawl.

Raises: UsageError for a registry that cannot be added, InputError for one that does not exist.
"""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection, Row, delete, literal, select, update
from sqlalchemy.exc import IntegrityError

from careen.errors import Error, InputError, UsageError
from careen.images.names import DOCKER_HUB
from careen.log import logger
from careen.registries.kinds import kind_named, kind_of
from careen.registries.listing import Wanted, is_wanted_repository, repository_pages, tag_pages, wanted_tags
from careen.registries.scan import parse_target
from careen.safety.typed import from_json

from . import guard
from .asking import Login, MakeFetcher, asked_of, http, login_of, row_of
from .connection import writing
from .fleet import Fleet
from .queue import Job, RetryError
from .tables import image, registry, repository, tag, tag_change

log = logger(__name__)

MIN_EVERY_S = 60.0
MAX_TESTED = 20  # repositories whose tags are listed in a test
MAX_PATTERNS = 100
NOWHERE = 0  # in the history of tags: the repository was removed
_HUB_NAMES = (DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "hub.docker.com")


class Choice(Struct, frozen=True, omit_defaults=True):
    """The selection of a registry's images, as in ``Wanted``."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    newest: int | None = None
    platform: str = ""

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.include, self.exclude, self.newest)


ALL = Choice()


class Registry(Struct, frozen=True):
    """A registry without its secrets."""

    id: int
    project_id: int
    host: str
    namespace: str
    kind: str  # "" before the first crawl
    choice: Choice
    every_s: float | None
    per_second: float
    username: str
    uses_helper: bool
    has_webhook_secret: bool
    paused_until: float
    listed_at: float | None
    next_at: float | None
    trouble: str


class Seen(Struct, frozen=True):
    """A step of a test of a registry. ``step`` is kind, repository, more, failure or done."""

    step: str
    text: str
    repository: str = ""
    tags: int = 0
    wanted: int = 0


def add(
    fleet: Fleet,
    project_id: int,
    target: str,
    choice: Choice = ALL,
    every_s: float | None = None,
    login: Login | None = None,
    *,
    kind: str = "",
    per_second: float = 10.0,
    webhook_secret: str = "",
) -> int:
    """Adds a registry; returns its number. ``target`` is HOST[/NAMESPACE]. With an interval, its first crawl is due at
    once. Interfaces for users must not pass a login with ``helper``; only the operator's command line may.
    """
    host, namespace = _parsed(target)
    guard.check(f"https://{host}", guard.listed(fleet.settings), "the registry")
    _check(choice, every_s, per_second, kind)
    values = {
        "project_id": project_id,
        "host": host,
        "namespace": namespace,
        "kind": kind,
        "wanted": msgspec.json.encode(choice),
        "every_s": every_s,
        "per_second": per_second,
        "credentials": _sealed(fleet, login),
        "webhook_secret": fleet.seal(webhook_secret.encode()) if webhook_secret else b"",
        "next_at": None if every_s is None else time.time(),
    }
    try:
        with writing(fleet.engine) as connection:
            made = connection.execute(registry.insert().values(**values)).inserted_primary_key
    except IntegrityError:
        raise UsageError(f"the project has {target} already", "change it, or remove it first") from None
    assert made is not None
    return int(made[0])


def change(
    fleet: Fleet,
    project_id: int,
    registry_id: int,
    choice: Choice | UnsetType = UNSET,
    every_s: float | UnsetType | None = UNSET,
    login: Login | UnsetType | None = UNSET,
    per_second: float | UnsetType = UNSET,
    webhook_secret: str | UnsetType = UNSET,
) -> None:
    """Changes a registry. Omitted values stay. Raises InputError if the project has no such registry."""
    known = _known(fleet, project_id, registry_id)
    values: dict[str, Any] = {"position": ""}
    if choice is not UNSET:
        values["wanted"] = msgspec.json.encode(choice)
    if every_s is not UNSET:
        values["every_s"], values["next_at"] = every_s, None if every_s is None else time.time()
    if login is not UNSET:
        values["credentials"] = _sealed(fleet, login)
    if per_second is not UNSET:
        values["per_second"] = per_second
    if webhook_secret is not UNSET:
        values["webhook_secret"] = fleet.seal(webhook_secret.encode()) if webhook_secret else b""
    _check(
        known.choice if choice is UNSET else choice,
        known.every_s if every_s is UNSET else every_s,
        known.per_second if per_second is UNSET else per_second,
        known.kind,
    )
    with writing(fleet.engine) as connection:
        connection.execute(update(registry).where(registry.c.id == registry_id).values(**values))


def listed(fleet: Fleet, project_id: int | None = None) -> list[Registry]:
    """The registries of a project, or of all projects."""
    query = select(registry).order_by(registry.c.project_id, registry.c.host, registry.c.namespace)
    if project_id is not None:
        query = query.where(registry.c.project_id == project_id)
    with fleet.engine.connect() as connection:
        return [_shown(fleet, row) for row in connection.execute(query)]


def remove(fleet: Fleet, project_id: int, registry_id: int) -> bool:
    """Removes a registry. Returns whether the project had it."""
    with writing(fleet.engine) as connection:
        return remove_from(connection, project_id, registry_id)


def remove_from(connection: Connection, project_id: int, registry_id: int) -> bool:
    """Removes a registry with its repositories, their tags and the history of these. Its images stay until the next
    purge, which they leave with as if their tags were removed. Returns whether the project had it.
    """
    own = (registry.c.id == registry_id, registry.c.project_id == project_id)
    repositories = select(repository.c.id).join(registry, registry.c.id == repository.c.registry_id).where(*own)
    connection.execute(delete(tag_change).where(tag_change.c.repository_id.in_(repositories)))
    tagged = select(tag.c.image_id).where(tag.c.repository_id.in_(repositories))
    left = select(literal(time.time()), literal(NOWHERE), literal(""), image.c.identity).where(image.c.id.in_(tagged))
    connection.execute(tag_change.insert().from_select(["at", "repository_id", "name", "identity"], left))
    return bool(connection.execute(delete(registry).where(*own)).rowcount)


def due(connection: Connection, now: float) -> list[int]:
    """The registries that are due for a crawl, the longest overdue first."""
    query = select(registry.c.id).where(registry.c.next_at <= now, registry.c.every_s.is_not(None))
    return list(connection.execute(query.order_by(registry.c.next_at, registry.c.id)).scalars())


def crawl_job(registry_id: int, lane: int, by: str) -> Job:
    return Job("crawl", f"crawl:{registry_id}", msgspec.json.encode({"registry": registry_id}), lane, by)


def registry_of(job: Job) -> int:
    """The registry's number in the payload of a job that ``crawl_job`` made."""
    return from_json(job.payload, dict[str, int])["registry"]


def try_out(fleet: Fleet, registry_id: int, make: MakeFetcher = http) -> Iterator[Seen]:
    """Lists a registry as a crawl would, without storing anything. The last item is ``failure`` or ``done``."""
    repositories = tags = chosen = 0
    try:
        row = row_of(fleet, registry_id)
        asked = asked_of(fleet, registry_id, make)
        kind = kind_named(row.kind) if row.kind else kind_of(asked)
        yield Seen("kind", kind.title)
        wanted = choice_of(row).wanted
        for page in repository_pages(kind, asked, row.namespace):
            for name in page.items:
                repositories += 1
                if not is_wanted_repository(name, wanted):
                    continue
                chosen += 1
                if chosen > MAX_TESTED:
                    continue
                found = [tag for of_tags in tag_pages(kind, asked, name) for tag in of_tags.items]
                ours = wanted_tags(found, asked, name, Wanted(wanted.include, wanted.exclude))
                count = len(ours) if wanted.newest is None else min(len(ours), wanted.newest)
                tags += len(found)
                yield Seen("repository", f"{name}: {count} of {len(found)} tags", name, len(found), count)
        if chosen > MAX_TESTED:
            yield Seen("more", f"{chosen - MAX_TESTED} further repositories, whose tags are not listed in a test")
    except Error as error:
        yield Seen("failure", f"{error}" + (f": {error.hint}" if error.hint else ""))
    except RetryError as error:
        yield Seen("failure", f"{error}: try again in {error.after_s:.0f} s")
    else:
        yield Seen("done", f"{repositories} repositories, {chosen} of them wanted", tags=tags, wanted=chosen)


def choice_of(row: Row[Any]) -> Choice:
    return from_json(bytes(row.wanted), Choice) if row.wanted else Choice()


def _parsed(target: str) -> tuple[str, str]:
    host, slash, rest = target.removeprefix("https://").partition("/")
    return parse_target(f"{DOCKER_HUB}{slash}{rest}" if host.lower() in _HUB_NAMES else target)


def _check(choice: Choice, every_s: float | None, per_second: float, kind: str) -> None:
    if choice.newest is not None and choice.newest < 1:
        raise UsageError(f"newest is {choice.newest}, not 1 or more", "leave newest out for all images")
    if len(choice.include) + len(choice.exclude) > MAX_PATTERNS:
        raise UsageError(f"include and exclude have more than {MAX_PATTERNS} patterns", "use fewer, with * and ?")
    if every_s is not None and every_s < MIN_EVERY_S:
        raise UsageError(f"listing a registry every {every_s:g} s is too often", f"at least {MIN_EVERY_S:g} s")
    if not 0.01 <= per_second <= 1000:
        raise UsageError(f"{per_second:g} requests a second are not allowed", "from 0.01 to 1000")
    if kind:
        kind_named(kind)


def _sealed(fleet: Fleet, login: Login | None) -> bytes:
    return fleet.seal(msgspec.json.encode(login)) if login is not None and login != Login() else b""


def _known(fleet: Fleet, project_id: int, registry_id: int) -> Registry:
    found = next((each for each in listed(fleet, project_id) if each.id == registry_id), None)
    if found is None:
        raise InputError(f"the project has no registry {registry_id}", "careen registry list")
    return found


def _shown(fleet: Fleet, row: Row[Any]) -> Registry:
    trouble = row.trouble
    try:
        login = login_of(fleet, row)
    except Error as error:
        login, trouble = Login(), str(error)
    return Registry(
        row.id, row.project_id, row.host, row.namespace, row.kind, choice_of(row), row.every_s, row.per_second,
        login.username, login.helper, bool(row.webhook_secret), row.paused_until, row.listed_at, row.next_at, trouble,
    )  # fmt: skip
