"""The policies of a project, among them the one that gates apply."""

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from careen.policy.rules import Rules
from careen.safety.typed import from_json

from .tables import policy

DEFAULT = "default"  # the policy that gates apply


class ActivePolicy(Struct, frozen=True):
    """The policy that gates apply. Without one, ``name`` is "", ``version`` is 0, and no rule can fail."""

    name: str
    version: int
    rules: Rules


def active_policy(connection: Connection, project_id: int) -> ActivePolicy:
    wanted = select(policy.c.version, policy.c.rules).where(policy.c.project_id == project_id, policy.c.name == DEFAULT)
    row = connection.execute(wanted).first()
    return ActivePolicy(DEFAULT, row.version, decoded(row.rules)) if row else ActivePolicy("", 0, Rules())


def decoded(kept: bytes) -> Rules:
    return from_json(kept, Rules)


def encoded(rules: Rules) -> bytes:
    return msgspec.json.encode(rules)
