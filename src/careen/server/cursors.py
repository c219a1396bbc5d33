"""Pages of lists by key: a cursor is the signed sort key of a page's last row, and valid only for the list that made
it.

Raises: Refused for a cursor that was changed, or that another list made.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from careen.fleet.connection import writing
from careen.fleet.fleet import Fleet
from careen.fleet.tables import state

from .call import Call
from .errors import unprocessable

SECRET = "cursor secret"  # noqa: S105 (the name of the row)
MARK_BYTES = 16
Key = tuple[Any, bool]  # a column, and whether its order is descending


def page(
    call: Call, connection: Connection, wanted: "Select[Any]", keys: Sequence[Key], item: "Callable[[Row[Any]], Any]"
) -> dict[str, Any]:
    """One page of rows as an answer: the items, each made by ``item``, and the cursor of the next page. ``keys`` are
    the sort order, unique together; ``wanted`` selects their columns under the same names.
    """
    limit = int(call.query["limit"])
    last = read(call, len(keys))
    if last is not None:
        wanted = wanted.where(_after(keys, last))
    order = [column.desc() if down else column.asc() for column, down in keys]
    rows = connection.execute(wanted.order_by(*order).limit(limit + 1)).all()
    following = None
    if len(rows) > limit:
        following = made(call, [rows[limit - 1]._mapping[column] for column, _ in keys])
    return {"items": [item(row) for row in rows[:limit]], "next": following}


def made(call: Call, values: Sequence[Any]) -> str:
    data = msgspec.msgpack.encode(list(values))
    return base64.urlsafe_b64encode(_mark(call, data) + data).rstrip(b"=").decode()


def read(call: Call, length: int) -> list[Any] | None:
    """The values of the sort key in the request's cursor; None on the first page. Raises Refused."""
    text = call.query["cursor"]
    if text is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if not hmac.compare_digest(raw[:MARK_BYTES], _mark(call, raw[MARK_BYTES:])):
            raise ValueError("not signed by this server for this list")
        values = msgspec.msgpack.decode(raw[MARK_BYTES:])
    except (ValueError, msgspec.MsgspecError):
        raise unprocessable("the cursor does not belong to this list", "cursor", "begin with the first page") from None
    return list(values) if len(values) == length else None


def _mark(call: Call, data: bytes) -> bytes:
    asked = {name: value for name, value in call.query.items() if name not in ("cursor", "limit")}
    about = msgspec.json.encode([call.operation.id, call.path, asked], order="sorted")
    return hmac.new(_secret(call.request.app.state), about + b"\0" + data, hashlib.sha256).digest()[:MARK_BYTES]


def _secret(held: Any) -> bytes:
    if getattr(held, "cursor_secret", None) is None:
        held.cursor_secret = secret_of(held.fleet)
    found: bytes = held.cursor_secret
    return found


def secret_of(fleet: Fleet) -> bytes:
    """The secret that signs cursors. The first server makes it; all servers of the database share it."""
    with writing(fleet.engine) as connection:
        kept = connection.execute(select(state.c.value).where(state.c.key == SECRET)).scalar()
        if kept is None:
            kept = fleet.seal(secrets.token_bytes(32))
            connection.execute(state.insert().values(key=SECRET, value=kept))
    return fleet.unseal(bytes(kept))


def _after(keys: Sequence[Key], last: Sequence[Any]) -> ColumnElement[bool]:
    steps = []
    for index, (column, down) in enumerate(keys):
        same = [earlier == value for (earlier, _), value in zip(keys[:index], last, strict=False)]
        steps.append(and_(*same, column < last[index] if down else column > last[index]))
    return or_(*steps)
