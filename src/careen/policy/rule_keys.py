"""The keys of a rule that no reader may pass over: a condition of another shape than expected is none, and a rule with one
condition less ignores more."""

from collections.abc import Collection, Mapping
from typing import Any


def misshapen(rule: Mapping[str, Any], lists: Collection[str] = ()) -> list[str]:
    """The keys whose value is no text or number, or for ``lists`` no list of these. An empty value counts as misshapen."""
    return [key for key, value in rule.items() if not (_is_list(value) if key in lists else _is_scalar(value))]


def _is_list(value: Any) -> bool:
    return (bool(value) and all(map(_is_scalar, value))) if isinstance(value, list) else _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    return value not in (None, "") and not isinstance(value, dict | list)
