"""Projects, their settings, members and quotas."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, delete, select, update

from careen.fleet.deadlines import Deadlines
from careen.fleet.projects import Name, ProjectSettings, Quotas, settings_of, use_of, with_settings
from careen.fleet.projects import delete_project as remove
from careen.fleet.tables import member, project, user
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import Refused, not_found
from careen.server.interfaces import hosts
from careen.server.interfaces.admission import policy as admission
from careen.server.interfaces.admission.policy import Admission
from careen.server.interfaces.hosts import Host
from careen.server.interfaces.project_settings import part_of

OF_INTERFACES = ("admission", "hosts")  # settings that interfaces read
Role = Literal["reader", "triager", "scanner", "admin"]


class NewProject(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name


class ProjectChange(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name | None = None
    quotas: Quotas | None = None
    deadlines: Deadlines | None = None
    admission: Admission | None = None
    hosts: Annotated[tuple[Host, ...], Meta(max_length=100)] | None = None


class Membership(Struct, frozen=True, forbid_unknown_fields=True):
    role: Role


def list_projects(call: Call) -> Answer:
    who = call.principal
    wanted = select(project)
    if who.key_id is not None:
        wanted = wanted if who.project_id is None else wanted.where(project.c.id == who.project_id)
    elif not who.is_admin:
        wanted = wanted.join(member).where(member.c.user_id == who.user_id)
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(project.c.name, False)], _shown))


def create_project(call: Call, body: NewProject) -> Answer:
    with call.changing(body.name) as connection:
        row = {"name": body.name, "settings": with_settings(b"", ProjectSettings()), "created_at": call.now}
        created = connection.execute(project.insert().values(**row)).inserted_primary_key
        assert created is not None
        shown = _read(connection, int(created[0]))
    return Answer(shown)


def read_project(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(_read(connection, call.project))


def change_project(call: Call, body: ProjectChange) -> Answer:
    """Changes a project's name or settings. Only administrators of the service may change quotas."""
    if body.quotas is not None and not call.principal.is_admin:
        raise Refused(403, "quotas are set by an administrator of the service", "scope")
    with call.changing(call.project, _changed(body)) as connection:
        settings_now = select(project.c.settings).where(project.c.id == call.project).with_for_update()
        kept = bytes(connection.execute(settings_now).scalar_one())
        call.refuse_other_version(_read(connection, call.project))
        settings = settings_of(kept)
        settings = replace(settings, quotas=body.quotas) if body.quotas is not None else settings
        settings = replace(settings, deadlines=body.deadlines) if body.deadlines is not None else settings
        others = {name: value for name in OF_INTERFACES if (value := getattr(body, name)) is not None}
        values: dict[str, Any] = {"settings": with_settings(kept, settings, **others)}
        values |= {"name": body.name} if body.name is not None else {}
        connection.execute(update(project).where(project.c.id == call.project).values(**values))
        return Answer(_read(connection, call.project))


def delete_project(call: Call) -> Answer:
    with call.changing(call.project) as connection:
        remove(connection, call.project)
    return Answer()


def read_usage(call: Call) -> Answer:
    with call.reading() as connection:
        use = use_of(connection, call.project)
        quotas = settings_of(
            bytes(connection.execute(select(project.c.settings).where(project.c.id == call.project)).scalar_one())
        ).quotas
    return Answer({"scans_today": use.scans_today, "upload_bytes": use.upload_bytes, "images": use.images, "quotas": quotas})


def list_members(call: Call) -> Answer:
    wanted = select(user.c.id, user.c.name, member.c.role).join(member, member.c.user_id == user.c.id)
    with call.reading() as connection:
        return Answer(
            page(call, connection, wanted.where(member.c.project_id == call.project), [(user.c.name, False)], _member)
        )


def set_member(call: Call, body: Membership) -> Answer:
    number = call.path["user"]
    with call.changing(number, body.role) as connection:
        name = connection.execute(select(user.c.name).where(user.c.id == number)).scalar()
        if name is None:
            raise not_found()
        connection.execute(delete(member).where(member.c.project_id == call.project, member.c.user_id == number))
        connection.execute(member.insert().values(project_id=call.project, user_id=number, role=body.role))
    return Answer({"user": number, "name": name, "role": body.role})


def remove_member(call: Call) -> Answer:
    number = call.path["user"]
    with call.changing(number) as connection:
        gone = delete(member).where(member.c.project_id == call.project, member.c.user_id == number)
        if connection.execute(gone).rowcount == 0:
            raise not_found()
    return Answer()


def _read(connection: Connection, number: int) -> dict[str, Any]:
    return _shown(connection.execute(select(project).where(project.c.id == number)).one())


def _shown(row: Row[Any]) -> dict[str, Any]:
    kept = bytes(row.settings)
    settings = settings_of(kept)
    shown = {"id": row.id, "name": row.name, "created_at": row.created_at}
    shown |= {
        "admission": part_of(kept, row.id, admission.OfProject).admission,
        "hosts": part_of(kept, row.id, hosts.OfProject).hosts,
    }
    return shown | {"quotas": settings.quotas, "deadlines": settings.deadlines}


def _member(row: Row[Any]) -> dict[str, Any]:
    return {"user": row.id, "name": row.name, "role": row.role}


def _changed(body: ProjectChange) -> str:
    names = ("name", "quotas", "deadlines", *OF_INTERFACES)
    return ", ".join(name for name in names if getattr(body, name) is not None)


OPERATIONS = (
    list_projects, create_project, read_project, change_project, delete_project, read_usage, list_members, set_member,
    remove_member,
)  # fmt: skip
