"""The caller of a request, and what a role or a key allows."""

from msgspec import Struct

# What each role may do in its project. An administrator of the service has the role admin in all projects.
ROLES: dict[str, frozenset[str]] = {
    "reader": frozenset({"read"}),
    "triager": frozenset({"read", "triage"}),
    "scanner": frozenset({"read", "scan", "upload", "agent"}),
    "admin": frozenset({"read", "triage", "scan", "upload", "agent", "admin"}),
}
# The scopes of keys: those of roles, and the interfaces, which are off until such a key exists.
INTERFACES = frozenset({"harbor", "clair", "admission", "webhook"})
SCOPES = ROLES["admin"] | INTERFACES


class Principal(Struct, frozen=True):
    """A caller. ``project_id`` is the project that they act in; None for the whole service, or if the request has none."""

    project_id: int | None
    name: str  # "user:ada", "key:ci", for the audit log
    role: str  # the user's role in that project; "" for a key
    scopes: frozenset[str]
    is_admin: bool = False  # an administrator of the service
    user_id: int | None = None
    key_id: int | None = None
    session: str = ""  # the hash of the session's token
    csrf: str = ""


NOBODY = Principal(None, "nobody", "", frozenset())
