"""The rules of a policy as data that a server can store. Fields have the names of settings.

Raises: UsageError for a condition or a reason that does not exist.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from .load import load_policy
from .policy import Policy

Severity = Literal["critical", "high", "medium", "low", "negligible", "unknown"]
Word = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    fail_on: Annotated[tuple[Word, ...], Meta(max_length=50)] = ()
    ignore_unfixed: bool = False
    grace_days: Annotated[int, Meta(ge=0, le=3650)] = 0
    unknown_as: Severity | None = None
    severity_from: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()
    exclude_base: bool = False
    strict: bool = False
    accept: Annotated[tuple[Word, ...], Meta(max_length=200)] = ()


def policy_of(rules: Rules) -> Policy:
    """The policy of these rules. It does not contain overdue findings, which the server adds for each image."""
    return load_policy(
        fail_on=rules.fail_on,
        ignore_unfixed=rules.ignore_unfixed,
        unknown_as=rules.unknown_as,
        strict=rules.strict,
        grace_days=rules.grace_days,
        severity_from=rules.severity_from,
        exclude_base=rules.exclude_base,
        accept=rules.accept,
        knows_days=True,
    )
