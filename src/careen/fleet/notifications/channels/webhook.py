"""A message as JSON, signed so that the receiver can verify its sender and its time.

The signature covers the id, the time and the body. The receiver should refuse old times and ids that it has seen.
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
    """A webhook. ``secret`` is ``whsec_`` and base64, and is shared with the receiver; "" means no signature."""

    url: str
    secret: str = ""

    def __repr__(self) -> str:
        return "WebhookTarget(…)"


def request(outgoing: Outgoing, target: WebhookTarget) -> Post:
    body = msgspec.json.encode(document(outgoing))
    headers = {"Content-Type": "application/json", **signed(outgoing, target.secret, body)}
    return Post(target.url, headers, body)


def document(outgoing: Outgoing) -> dict[str, Any]:
    """The message as the JSON object that ``docs/notifications.md`` describes. Other channels for programs use it too."""
    message = outgoing.message
    found: dict[str, Any] = msgspec.to_builtins(message)
    project = {"id": found.pop("project_id"), "name": found.pop("project")}
    events = {"first": found.pop("first_event"), "last": found.pop("last_event")} if message.first_event else None
    head = {"id": outgoing.key, "type": f"careen.{message.kind}", "attempt": outgoing.attempt}
    rest = {name: value for name, value in found.items() if name != "kind"}
    return {**head, **rest, "at": moment(message.at), "project": project, **({"events": events} if events else {})}


def signed(outgoing: Outgoing, secret: str, body: bytes) -> dict[str, str]:
    """The headers that identify the message, and sign it if there is a secret."""
    sent_at = str(int(outgoing.now))
    headers = {"webhook-id": outgoing.key, "webhook-timestamp": sent_at, "careen-attempt": str(outgoing.attempt)}
    if secret:
        content = b".".join((outgoing.key.encode(), sent_at.encode(), body))
        mark = hmac.new(_key(secret), content, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(mark).decode()}"
    return headers


def new_key() -> str:
    """A new random id for a message."""
    return secrets.token_hex(16)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def check_secret(secret: str) -> None:
    """Raises UsageError if the secret is malformed."""
    try:
        key = _key(secret)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not KEY_BYTES[0] <= len(key) <= KEY_BYTES[1]:
        raise UsageError(
            f"the secret is not {PREFIX} and {KEY_BYTES[0]} to {KEY_BYTES[1]} bytes in base64", "omit it: careen creates one"
        )


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
