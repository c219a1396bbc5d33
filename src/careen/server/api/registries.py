"""Registries that are crawled, their repositories, and tags with their history."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import Connection, Row, select

from careen.errors import Error
from careen.fleet.fleet import PERSON
from careen.fleet.projects import Name
from careen.fleet.registries import choice_of, remove_from
from careen.fleet.tables import image, registry, repository, tag, tag_change
from careen.output.escape import visible
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import not_found, unprocessable
from careen.server.parts import RegistryChange, RegistryWanted

from .images import shown as shown_image
from .images import visible as visible_images

HOUR_S = 3600.0
TAG = (tag.c.name, tag.c.pushed_at, tag.c.seen_at)
Credential = r"^[^\x00-\x1f\x7f]*\Z"
Kind = Literal["auto", "distribution", "harbor", "quay", "docker-hub", "ghcr", "ecr", "gar", "acr"]


class NewRegistry(Struct, frozen=True, forbid_unknown_fields=True):
    host: Annotated[str, Meta(max_length=255, pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?\Z")]
    namespace: Annotated[str, Meta(max_length=255, pattern=r"^[A-Za-z0-9._/-]*\Z")] = ""
    kind: Kind = "auto"
    include: Annotated[tuple[Name, ...], Meta(max_length=100)] = ()
    exclude: Annotated[tuple[Name, ...], Meta(max_length=100)] = ()
    newest: Annotated[int, Meta(ge=1, le=1000000)] | None = None
    every_hours: Annotated[int, Meta(ge=1, le=8760)] | None = None
    username: Annotated[str, Meta(max_length=1000, pattern=Credential)] = ""
    password: Annotated[str, Meta(max_length=10000, pattern=Credential)] = ""


class RegistryEdit(Struct, frozen=True, forbid_unknown_fields=True):
    """A change of a registry. None keeps the stored value."""

    include: Annotated[tuple[Name, ...], Meta(max_length=100)] | None = None
    exclude: Annotated[tuple[Name, ...], Meta(max_length=100)] | None = None
    newest: Annotated[int, Meta(ge=0, le=1000000)] | None = None
    every_hours: Annotated[int, Meta(ge=0, le=8760)] | None = None
    username: Annotated[str, Meta(max_length=1000, pattern=Credential)] | None = None
    password: Annotated[str, Meta(max_length=10000, pattern=Credential)] = ""


def list_registries(call: Call) -> Answer:
    wanted = select(registry).where(registry.c.project_id == call.project)
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(registry.c.id, False)], _shown))


def create_registry(call: Call, body: NewRegistry) -> Answer:
    """Adds a registry. The audit log is written first, so that it never contains the credentials, which are sealed
    later.
    """
    wanted = RegistryWanted(
        body.host.lower(),
        body.namespace,
        body.kind,
        body.include,
        body.exclude,
        body.newest,
        body.every_hours * HOUR_S if body.every_hours else None,
        body.username,
        body.password,
    )
    with call.changing(body.host):
        pass
    number = call.request.app.state.parts.registries.add(call.fleet, call.project, wanted)
    with call.reading() as connection:
        return Answer(_shown(_row(connection, call.project, number)))


def read_registry(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(_shown(_row(connection, call.project, call.path["registry"])))


def change_registry(call: Call, body: RegistryEdit) -> Answer:
    number = call.path["registry"]
    if body.password and body.username is None:
        raise unprocessable("a password without username would change nothing", "username", "send both")
    changed = [name for name in ("include", "exclude", "newest", "every_hours", "username") if getattr(body, name) is not None]
    with call.changing(number, ", ".join(changed)) as connection:
        _row(connection, call.project, number)
    every_s = None if body.every_hours is None else body.every_hours * HOUR_S
    wanted = RegistryChange(body.include, body.exclude, body.newest, every_s, body.username, body.password)
    call.request.app.state.parts.registries.change(call.fleet, call.project, number, wanted)
    with call.reading() as connection:
        return Answer(_shown(_row(connection, call.project, number)))


def delete_registry(call: Call) -> Answer:
    number = call.path["registry"]
    with call.changing(number) as connection:
        if not remove_from(connection, call.project, number):
            raise not_found()
    return Answer()


def test_registry(call: Call) -> Answer:
    number = call.path["registry"]
    with call.changing(number) as connection:
        _row(connection, call.project, number)
    try:
        names = call.request.app.state.parts.registries.test(call.fleet, number)
    except Error as error:
        return Answer({"works": False, "repositories": [], "trouble": visible(str(error))})
    return Answer({"works": True, "repositories": list(names), "trouble": ""})


def crawl_registry(call: Call) -> Answer:
    number = call.path["registry"]
    with call.changing(number) as connection:
        shown = _shown(_row(connection, call.project, number))
    call.request.app.state.parts.registries.crawl_soon(call.fleet, number, PERSON, call.by)
    return Answer(shown)


def list_repositories(call: Call) -> Answer:
    wanted = select(repository.c.id, repository.c.name, repository.c.registry_id, registry.c.host).join(registry)
    wanted = wanted.where(registry.c.project_id == call.project)
    if call.query["registry"] is not None:
        wanted = wanted.where(repository.c.registry_id == call.query["registry"])
    keys = [(repository.c.name, False), (repository.c.id, False)]
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, keys, _repository))


def read_repository(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(_repository(_repository_row(connection, call)))


def list_tags(call: Call) -> Answer:
    """Lists the tags of a repository whose images the project sees."""
    wanted = visible_images(call.project).add_columns(*(column.label(f"tag_{column.name}") for column in TAG))
    wanted = wanted.join(tag, tag.c.image_id == image.c.id)
    with call.reading() as connection:
        _repository_row(connection, call)
        those = wanted.where(tag.c.repository_id == call.path["repository"])
        return Answer(page(call, connection, those, [(tag.c.name, False)], _tag))


def list_tag_history(call: Call) -> Answer:
    of_tag = (tag_change.c.repository_id == call.path["repository"], tag_change.c.name == call.path["tag"])
    wanted = select(tag_change.c.id, tag_change.c.at, tag_change.c.identity).where(*of_tag)
    with call.reading() as connection:
        _repository_row(connection, call)
        found = page(call, connection, wanted, [(tag_change.c.id, True)], _change)
        identities = {change["identity"] for change in found["items"]}
        of_project = visible_images(call.project).where(image.c.identity.in_(identities))
        images = {row.identity: shown_image(row) for row in connection.execute(of_project)} if identities else {}
    return Answer({**found, "items": [{**change, "image": images.get(change["identity"])} for change in found["items"]]})


def _row(connection: Connection, project: int, number: int) -> Row[Any]:
    wanted = select(registry).where(registry.c.id == number, registry.c.project_id == project)
    row = connection.execute(wanted).first()
    if row is None:
        raise not_found()
    return row


def _repository_row(connection: Connection, call: Call) -> Row[Any]:
    wanted = select(repository.c.id, repository.c.name, repository.c.registry_id, registry.c.host).join(registry)
    wanted = wanted.where(repository.c.id == call.path["repository"], registry.c.project_id == call.project)
    row: Row[Any] | None = connection.execute(select(wanted.subquery())).first()
    if row is None:
        raise not_found()
    return row


def _shown(row: Row[Any]) -> dict[str, Any]:
    names = ("id", "host", "namespace", "kind", "every_s", "listed_at", "next_at", "trouble")
    choice = choice_of(row)
    wanted = {"include": choice.include, "exclude": choice.exclude, "newest": choice.newest}
    return {name: row._mapping[name] for name in names} | wanted | {"has_credentials": bool(row.credentials)}


def _repository(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "registry": row.registry_id, "host": row.host}


def _tag(row: Row[Any]) -> dict[str, Any]:
    found = shown_image(row)
    own = {column.name: row._mapping[f"tag_{column.name}"] for column in TAG}
    return {**own, "identity": found["identity"], "image": found}


def _change(row: Row[Any]) -> dict[str, Any]:
    return {"at": row.at, "identity": row.identity}


OPERATIONS = (
    list_registries, create_registry, read_registry, change_registry, delete_registry, test_registry, crawl_registry,
    list_repositories, read_repository, list_tags, list_tag_history,
)  # fmt: skip
