"""Policies of AWS: the JSON of ``aws_iam_policy_document``, and the statements of a policy.

**Source:** IAM User Guide, "JSON policy elements reference"; AWS provider, data source aws_iam_policy_document.
"""

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from careen.formats.data.yaml_document import Mapping, Sequence
from careen.formats.terraform.values import UnknownValue, first_unknown, unknown

_NAMES = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
MAX_POLICY = 1024 * 1024


class Statement(Struct, frozen=True):
    """One statement of a policy. ``principals`` are texts such as ``*`` and ARNs; of a text with ``${`` in it, only a
    part is known."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    is_conditional: bool
    has_exceptions: bool  # NotAction, NotResource or NotPrincipal


def as_json(values: Mapping) -> Any:
    """The value of the data source's attribute ``json``, for its arguments and blocks."""
    statements = [_written(block) for block in values.maps("statement")]
    missing = first_unknown(values)
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    if missing is None and not values.keys() & {"source_policy_documents", "override_policy_documents"}:
        return text
    missing = missing or unknown("source_policy_documents")
    return unknown(missing.rests_on, missing.owner, text)


def statements(policy: Any) -> list[Statement] | None:
    """The statements of a policy, as JSON or as an object; None if it is not known or not a policy."""
    if isinstance(policy, UnknownValue) and policy.whole:
        return None
    if isinstance(policy, str):
        if len(policy) > MAX_POLICY:
            return None
        try:
            policy = json.loads(policy)
        except (ValueError, RecursionError):
            return None
    if not isinstance(policy, dict):
        return None
    found = policy.get("Statement")
    rows = found if isinstance(found, list) else [found]
    return [_statement(row) for row in rows if isinstance(row, dict)]


def _statement(row: dict[str, Any]) -> Statement:
    return Statement(
        allows=row.get("Effect") == "Allow",
        actions=tuple(_texts(row.get("Action"))),
        resources=tuple(_texts(row.get("Resource"))),
        principals=tuple(_texts(row.get("Principal"))),
        is_conditional=bool(row.get("Condition")),
        has_exceptions=bool(row.keys() & {"NotAction", "NotResource", "NotPrincipal"}),
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)


def _written(block: Mapping) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": block.get("effect") or "Allow"}
    for key, name in _NAMES.items():
        if key in block:
            found[name] = block[key] if isinstance(block[key], Sequence) else [block[key]]
    for key, name in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if principals := block.maps(key):
            found[name] = {str(principal.get("type")): principal.get("identifiers") for principal in principals}
            if any(principal.get("type") == "*" for principal in principals):
                found[name] = "*"
    if block.maps("condition"):
        found["Condition"] = [dict(condition) for condition in block.maps("condition")]
    return found
