"""Targets of messages: the values that a user enters for a channel, checked, stored sealed, and never shown again.

Raises: UsageError for a target whose form does not fit its channel, NotListedError for an address that must not be
contacted.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from careen.errors import NetworkError, UsageError
from careen.net.addresses import checked, host_of
from careen.safety.typed import converted, from_json

from .. import guard
from ..fleet import Fleet
from .channels.cloudevents import CloudEventsTarget
from .channels.email import MailTarget
from .channels.github import GitHubTarget
from .channels.jira import JiraTarget
from .channels.quay import QuayTarget
from .channels.slack import SlackTarget
from .channels.teams import TeamsTarget
from .channels.webhook import WebhookTarget, check_secret

TARGETS: Mapping[str, Any] = {
    "webhook": WebhookTarget,
    "cloudevents": CloudEventsTarget,
    "slack": SlackTarget,
    "teams": TeamsTarget,
    "smtp": MailTarget,
    "quay": QuayTarget,
    "jira": JiraTarget,
    "github": GitHubTarget,
}
SECRETS = ("secret", "password", "token", "psk")  # a change that omits them keeps the stored ones


def made(fleet: Fleet, kind: str, values: Mapping[str, Any], known: bytes = b"") -> Struct:
    """The checked target of a channel, from the values that a user entered. ``known`` is the sealed target to change: without
    any value it is returned as it is, and its secrets are kept only if host, port, URL and security stay the same.
    """
    given = {name: value for name, value in values.items() if value is not None}
    if known and not given:
        return opened(fleet, kind, known)
    if known:
        before = msgspec.to_builtins(opened(fleet, kind, known))
        same_place = all(given.get(name, before.get(name)) == before.get(name) for name in ("url", "host", "port", "security"))
        if same_place:
            given = {name: before[name] for name in SECRETS if before.get(name)} | given
    try:
        target: Struct = converted(given, TARGETS[kind])
    except msgspec.ValidationError as error:
        hint = "docs/notifications.md lists the fields of each channel"
        raise UsageError(f"the target of {kind} is malformed: {error}", hint) from None
    _check(fleet, target)
    return target


def sealed(fleet: Fleet, target: Struct) -> bytes:
    return fleet.seal(msgspec.json.encode(target))


def opened(fleet: Fleet, kind: str, data: bytes) -> Struct:
    """Decrypts a stored target. Raises SealError, or UsageError for a value of an earlier version."""
    try:
        target: Struct = from_json(fleet.unseal(data), TARGETS[kind])
    except msgspec.MsgspecError:
        raise UsageError("the target of this subscription cannot be read", "enter it again") from None
    return target


def place_of(target: Struct) -> str:
    """The place of a target for display: a host, without the path, which may be a token."""
    if isinstance(target, MailTarget):
        return f"{target.server.place}: {', '.join(target.to[:3])}{', …' if len(target.to) > 3 else ''}"
    place = host_of(str(getattr(target, "url", "")))
    if isinstance(target, GitHubTarget):
        return f"{place}: {target.repository}"
    return f"{place}: {target.project}" if isinstance(target, JiraTarget) else place


def _check(fleet: Fleet, target: Struct) -> None:
    hosts = guard.listed(fleet.settings)
    if isinstance(target, MailTarget):
        if not 0 < target.port < 65536 or any(char <= " " for char in target.host):
            raise UsageError(f"{target.server.place!r} is not a mail server", "host and port: mail.example, 587")
        guard.check(f"https://{target.server.place}", hosts, "the mail server")
        return
    url = str(getattr(target, "url", ""))
    try:
        parts = urlsplit(checked(url))
    except NetworkError as error:
        raise UsageError(str(error), error.hint) from None
    if parts.scheme not in ("http", "https") or parts.fragment or "@" in parts.netloc:
        raise UsageError("the address is not an http(s) URL, or contains a password", "write https://HOST/…")
    guard.check(url, hosts, "the address of a subscription")
    if isinstance(target, WebhookTarget | CloudEventsTarget) and target.secret:
        check_secret(target.secret)
    if isinstance(target, QuayTarget) and target.psk:
        _check_psk(target.psk)


def _check_psk(psk: str) -> None:
    import base64
    import binascii

    try:
        is_long = len(base64.b64decode(psk, validate=True)) >= 16
    except (binascii.Error, ValueError):
        is_long = False
    if not is_long:
        raise UsageError("the key is not 16 bytes or more in base64", "copy it from Quay's settings")
