"""Pages for access: members and keys of a project, users and keys of the service, and the audit log of both."""

from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from careen.fleet.tables import user
from careen.server.errors import Refused

from .forms import is_on, lines, sentence, whole
from .listing import Column, Listing, answer, rows_of
from .visit import Screen, Visit

ROLE_NAMES = (
    ("reader", "Reader: sees everything"),
    ("triager", "Triager: decides about findings, too"),
    ("scanner", "Scanner: may request scans, and upload"),
    ("admin", "Administrator of the project"),
)
SCOPES = {
    "read": "see everything of the project",
    "scan": "have images scanned",
    "upload": "send SBOMs, reports and archives",
    "triage": "decide about findings",
    "agent": "report what runs, and what is exposed",
    "admin": "change registries, policies, members and keys",
    "admission": "decide which pods of a cluster may start",
    "harbor": "be a scanner of Harbor",
    "clair": "scan for Quay, as Clair does",
    "webhook": "report what was pushed to a registry",
}
KEY_COLUMNS = (
    Column("name", "Key"),
    Column("prefix", "Begins with"),
    Column("scopes", "May"),
    Column("created_by", "Made by"),
    Column("created_at", "Made"),
    Column("expires_at", "Expires"),
    Column("used_at", "Used"),
    Column("revoked_at", "Revoked"),
)
KEYS = Listing("list_keys", "keys.html", "Keys", columns=KEY_COLUMNS)
SERVICE_KEYS = Listing("list_service_keys", "keys.html", "Keys of the service", columns=KEY_COLUMNS)
MEMBERS = Listing("list_members", "members.html", "Members", columns=(Column("name", "User"), Column("role", "Role")))
USERS = Listing(
    "list_users",
    "users.html",
    "Users",
    columns=(
        Column("name", "User"),
        Column("is_admin", "Administrator"),
        Column("disabled", "Disabled"),
        Column("created_at", "Since"),
    ),
)
AUDIT_COLUMNS = (
    Column("at", "When"),
    Column("actor", "Who"),
    Column("action", "Did"),
    Column("subject", "About"),
    Column("detail", "Detail"),
    Column("project", "Project"),
)
AUDIT = Listing("list_project_audit", "audit.html", "Audit log", columns=AUDIT_COLUMNS)
SERVICE_AUDIT = Listing("list_audit", "audit.html", "Audit log", columns=AUDIT_COLUMNS)


def keys(visit: Visit) -> Response:
    return _keys(visit)


def make_key(visit: Visit) -> Response:
    """Makes a key, and shows it in the answer to the form. It is never shown again, and never part of a URL."""
    operation = "create_key" if visit.project else "create_service_key"
    try:
        days = whole(visit.form.get("days", ""), "the number of days")
        wanted = {"name": visit.form.get("name", ""), "scopes": lines(visit.form.get("scope", "")), "days": days}
        made = visit.ask(operation, wanted)
    except Refused as refused:
        return _keys(visit, trouble=sentence(refused), status=refused.status)
    return _keys(visit, token=made["token"])


def revoke_key(visit: Visit) -> Response:
    visit.ask("revoke_key" if visit.project else "revoke_service_key")
    return visit.redirect(_keys_path(visit), "revoked")


def members(visit: Visit) -> Response:
    return _members(visit)


def set_member(visit: Visit) -> Response:
    """Sets the role of a user. Administrators of the service choose from all users; those of a project, who do not see
    them, write the whole name.
    """
    try:
        visit.ask("set_member", {"role": visit.form.get("role", "")}, user=_number_of(visit, visit.form.get("user", "")))
    except Refused as refused:
        return _members(visit, trouble=sentence(refused), status=refused.status)
    return visit.redirect(f"{_start(visit)}/members", "saved")


def _number_of(visit: Visit, name: str) -> int:
    name = name.strip()
    with visit.fleet.engine.connect() as connection:
        number = connection.execute(select(user.c.id).where(user.c.name == name)).scalar()
    if number is None:
        raise Refused(422, f"there is no user {name[:200]!r}", "user", hint="an administrator of the service adds users")
    return int(number)


def remove_member(visit: Visit) -> Response:
    visit.ask("remove_member")
    return visit.redirect(f"{_start(visit)}/members", "removed")


def users(visit: Visit) -> Response:
    return _users(visit)


def add_user(visit: Visit) -> Response:
    form = visit.form
    wanted: dict[str, Any] = {"name": form.get("name", ""), "is_admin": is_on(form.get("is_admin", ""))}
    wanted |= {"password": form.get("password") or None, "oidc_subject": form.get("oidc_subject", "")}
    try:
        visit.ask("create_user", wanted)
    except Refused as refused:
        return _users(visit, trouble=sentence(refused), status=refused.status)
    return visit.redirect("/users", "saved")


def change_user(visit: Visit) -> Response:
    """Changes one property of a user: ``disabled`` or ``is_admin`` (true or false), or the password."""
    form = visit.form
    wanted: dict[str, Any] = {name: form[name] == "true" for name in ("disabled", "is_admin") if name in form}
    wanted |= {"password": form["password"]} if form.get("password") else {}
    try:
        visit.ask("change_user", wanted)
    except Refused as refused:
        return _users(visit, trouble=sentence(refused), status=refused.status)
    return visit.redirect("/users", "saved")


def show_password(visit: Visit) -> Response:
    return visit.render("password.html", trouble="")


def change_password(visit: Visit) -> Response:
    present, new = visit.form.get("present", ""), visit.form.get("password", "")
    trouble, status = "", 422
    if not present or len(new) < 12:
        trouble = "Enter your present password, and a new one of at least 12 characters."
    elif new != visit.form.get("again", ""):
        trouble = "The two new passwords differ."
    else:
        try:
            visit.ask("change_password", {"present": present, "password": new})
        except Refused as refused:
            trouble, status = f"{refused.detail[:1].upper()}{refused.detail[1:]}.", refused.status
    return visit.render("password.html", status, trouble=trouble) if trouble else visit.redirect("/projects", "password")


def audit(visit: Visit) -> Response:
    return answer(visit, AUDIT if visit.project else SERVICE_AUDIT)


def _keys(visit: Visit, *, token: str = "", trouble: str = "", status: int = 200) -> Response:
    listing = KEYS if visit.project else SERVICE_KEYS
    if visit.query.get("export"):
        return answer(visit, listing)
    rows = rows_of(visit, listing, {})
    data = {"token": token, "trouble": trouble, "scopes": SCOPES, "here": _keys_path(visit)}
    return visit.render("keys.html", status, rows=rows, **data)


def _members(visit: Visit, *, trouble: str = "", status: int = 200) -> Response:
    if visit.query.get("export"):
        return answer(visit, MEMBERS)
    people = visit.ask("list_users", limit=500)["items"] if visit.may("service") else []
    rows = rows_of(visit, MEMBERS, {})
    return visit.render("members.html", status, rows=rows, people=people, roles=ROLE_NAMES, trouble=trouble)


def _users(visit: Visit, *, trouble: str = "", status: int = 200) -> Response:
    if visit.query.get("export"):
        return answer(visit, USERS)
    return visit.render("users.html", status, rows=rows_of(visit, USERS, {}), trouble=trouble)


def _keys_path(visit: Visit) -> str:
    return f"{visit.project.path}/keys" if visit.project else "/keys"


def _start(visit: Visit) -> str:
    assert visit.project is not None
    return visit.project.path


SCREENS = (
    Screen("/projects/{project}/keys", keys, "admin"),
    Screen("/projects/{project}/keys", make_key, "admin", "POST"),
    Screen("/projects/{project}/keys/{key}/revoke", revoke_key, "admin", "POST"),
    Screen("/projects/{project}/members", members, "admin"),
    Screen("/projects/{project}/members", set_member, "admin", "POST"),
    Screen("/projects/{project}/members/{user}/remove", remove_member, "admin", "POST"),
    Screen("/projects/{project}/audit", audit, "admin"),
    Screen("/keys", keys, "service"),
    Screen("/keys", make_key, "service", "POST"),
    Screen("/keys/{key}/revoke", revoke_key, "service", "POST"),
    Screen("/users", users, "service"),
    Screen("/users", add_user, "service", "POST"),
    Screen("/users/{user}", change_user, "service", "POST"),
    Screen("/audit", audit, "service"),
    Screen("/password", show_password, "signed-in"),
    Screen("/password", change_password, "signed-in", "POST"),
)
