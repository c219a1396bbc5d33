"""A message as JSON, signed so that the receiver knows who sent it, and when.

The signature is of the id, the time and the body; the receiver refuses old times and ids that it has seen.
**Source:** Standard Webhooks 1.0 (headers ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Any

import msgspec
from msgspec import Struct

from careen.errors import UsageError

from ..message import Outgoing
from ..shown import moment
from .posted import Post

PREFIX = "whsec_"
KEY_BYTES = (24, 64)


class WebhookTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """``secret``: ``whsec_`` and base64; both sides know it."""

    url: str
    secret: str = ""

    def __repr__(self) -> str:
        return "WebhookTarget(…)"


def request(outgoing: Outgoing, target: WebhookTarget) -> Post:
    body = msgspec.json.encode(document(outgoing))
    headers = {"Content-Type": "application/json", **signed(outgoing, target.secret, body)}
    return Post(target.url, headers, body)


def document(outgoing: Outgoing) -> dict[str, Any]:
    """What ``docs/notifications.md`` describes; channels for programs share it."""
    message = outgoing.message
    found: dict[str, Any] = msgspec.to_builtins(message)
    project = {"id": found.pop("project_id"), "name": found.pop("project")}
    events = {"first": found.pop("first_event"), "last": found.pop("last_event")} if message.first_event else None
    head = {"id": outgoing.key, "type": f"careen.{message.kind}", "attempt": outgoing.attempt}
    rest = {name: value for name, value in found.items() if name != "kind"}
    return {**head, **rest, "at": moment(message.at), "project": project, **({"events": events} if events else {})}


def signed(outgoing: Outgoing, secret: str, body: bytes) -> dict[str, str]:
    """The headers that name and sign the message."""
    sent_at = str(int(outgoing.now))
    headers = {"webhook-id": outgoing.key, "webhook-timestamp": sent_at, "careen-attempt": str(outgoing.attempt)}
    if secret:
        content = b".".join((outgoing.key.encode(), sent_at.encode(), body))
        mark = hmac.new(_key(secret), content, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(mark).decode()}"
    return headers


def new_key() -> str:
    """The id of a message."""
    return secrets.token_hex(16)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def check_secret(secret: str) -> None:
    """Raises UsageError."""
    try:
        key = _key(secret)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not KEY_BYTES[0] <= len(key) <= KEY_BYTES[1]:
        raise UsageError(
            f"the secret is not {PREFIX} and {KEY_BYTES[0]} to {KEY_BYTES[1]} bytes in base64", "leave it out: careen makes one"
        )


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
