"""The rules of a project: its policies, as the gates of a scan apply them.

Raises: UsageError for rules that cannot be followed.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace
from sqlalchemy import Connection, select

from careen.config import Settings
from careen.policy.load import load_policy
from careen.policy.policy import Policy
from careen.safety.typed import from_json

from .tables import policy

DEFAULT = "default"  # the policy that gates apply
Severity = Literal["critical", "high", "medium", "low", "negligible", "unknown"]
Word = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """As the settings of these names."""

    fail_on: Annotated[tuple[Word, ...], Meta(max_length=50)] = ()
    ignore_unfixed: bool = False
    grace_days: Annotated[int, Meta(ge=0, le=3650)] = 0
    unknown_as: Severity | None = None
    severity_from: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()
    exclude_base: bool = False
    strict: bool = False
    accept: Annotated[tuple[Word, ...], Meta(max_length=200)] = ()


class ActivePolicy(Struct, frozen=True):
    """``name`` "" and ``version`` 0: the project has none, so that nothing fails."""

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


def with_rules(settings: Settings, rules: Rules) -> Settings:
    """The rules take the place of the settings; conditions that fail are added to those of the settings."""
    return replace(
        settings,
        fail_on=tuple(dict.fromkeys((*rules.fail_on, *settings.fail_on))),
        ignore_unfixed=rules.ignore_unfixed,
        grace_days=rules.grace_days,
        unknown_as=rules.unknown_as,
        severity_from=rules.severity_from,
        exclude_base=rules.exclude_base,
        strict=rules.strict or settings.strict,
        accept=rules.accept,
    )


def policy_of(rules: Rules) -> Policy:
    """Raises UsageError for a condition or a reason that does not exist."""
    return load_policy(
        fail_on=rules.fail_on,
        ignore_unfixed=rules.ignore_unfixed,
        unknown_as=rules.unknown_as,
        strict=rules.strict,
        grace_days=rules.grace_days,
        severity_from=rules.severity_from,
        exclude_base=rules.exclude_base,
        accept=rules.accept,
    )
