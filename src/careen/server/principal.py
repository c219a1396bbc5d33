"""Who asks, and what a role or a key allows."""

from msgspec import Struct

# What each role may do in its project. An administrator of the service has the role admin in all of them.
ROLES: dict[str, frozenset[str]] = {
    "reader": frozenset({"read"}),
    "triager": frozenset({"read", "triage"}),
    "scanner": frozenset({"read", "scan", "upload", "agent"}),
    "admin": frozenset({"read", "triage", "scan", "upload", "agent", "admin"}),
}
# What keys may be made for: the same, and the interfaces, which are off until such a key exists.
INTERFACES = frozenset({"harbor", "clair", "admission", "webhook"})
SCOPES = ROLES["admin"] | INTERFACES


class Principal(Struct, frozen=True):
    """``project_id``: the project that it acts in; None for the whole service, or if none is named."""

    project_id: int | None
    name: str  # "user:ada", "key:ci", for the audit log
    role: str  # of a user in that project; "" of a key
    scopes: frozenset[str]
    is_admin: bool = False  # of the service
    user_id: int | None = None
    key_id: int | None = None
    session: str = ""  # the hash of its token
    csrf: str = ""


NOBODY = Principal(None, "nobody", "", frozenset())
