"""Reads signed JSON: an object that every reader reads alike. Names that occur twice are refused, since readers
differ in which value counts.

Raises: RefusedError.
"""

import json
from collections.abc import Sequence
from typing import Any

from .refusals import RefusedError


def strict_object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except RefusedError:
        raise
    except RecursionError:
        raise RefusedError("malformed", "nested too deeply") from None
    except ValueError as error:
        raise RefusedError("malformed", f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise RefusedError("malformed", "not a JSON object")
    return found


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedError("malformed", "a name occurs twice in an object")
    return found


def _no_constant(word: str) -> Any:
    raise RefusedError("malformed", f"{word} is not JSON")
