"""Pages of lists, and the cursors by which the next page begins."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from careen.errors import UsageError
from careen.safety.typed import from_json

PAGE = 50
MAX_PAGE = 500
_KINDS = {1: (str | int,), 2: (str | int, int), 3: (str, str, str), 4: (int, int, str, str), 5: (int, int, str, str, int)}

Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Place = tuple[
    str | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)], ...
]  # of a row in the order of its list; () is before the first row


class Page(Struct, frozen=True):
    """A page of a list. ``next`` is the cursor of the following page; "" after the last one. A page before the last may
    be short, or have no row: looking for rows takes a limited time.
    """

    rows: list[dict[str, Any]]
    next: str = ""


class Way(Struct, frozen=True, forbid_unknown_fields=True):
    """How far a page came that ended early. ``place`` is that of the last row that it decided about; with an ``image``, that
    of a row in whose ``unit`` it has looked at the images up to this one. ``first``: no image before it meets the query.
    ``since``: the time at which the first of the units that it has looked at got the finding.
    """

    place: Place
    unit: Number = 0
    image: Number = 0
    first: Number = 0
    since: float | None = None


def page_of(rows: list[dict[str, Any]], limit: int, place: Callable[[dict[str, Any]], Place]) -> Page:
    """The page of these rows, of which there is one more than the limit if another page follows."""
    return Page(rows[:limit], token(place(rows[limit - 1])) if len(rows) > limit else "")


def bounded(limit: int) -> int:
    return max(1, min(limit, MAX_PAGE))


def token(start: Place | Way) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(_Start(start))).decode().rstrip("=")


def start_of(cursor: str, parts: int) -> Place | Way:
    """Where a list begins whose places have so many parts. Raises UsageError for the cursor of another list."""
    if not cursor:
        return ()
    try:
        found = from_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), _Start).at
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        raise _foreign() from None
    place = found.place if isinstance(found, Way) else found
    fits = len(place) == parts and all(isinstance(value, kind) for value, kind in zip(place, _KINDS[parts], strict=True))
    if not fits and not (isinstance(found, Way) and not place):
        raise _foreign()
    return found


def _foreign() -> UsageError:
    return UsageError("the cursor does not belong to this list", "begin with the first page")


class _Start(Struct, frozen=True, array_like=True):
    at: Place | Way
