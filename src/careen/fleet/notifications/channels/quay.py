"""Notifications for Quay, in the form of Clair's notifier: the id of a notification, whose pages Quay then fetches.

**Source:** Clair, "Notifier"; RFC 7519 for the token, which is signed with a key that both sides share.
"""

from msgspec import Struct, json

from ..message import Outgoing
from .posted import Post

ISSUER = "clair"
LEEWAY_S = 60
TOKEN_S = 300
PLACE = "/clair/notifier/api/v1/notification"  # the path on this server


class QuayTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """A Quay server. ``psk`` is the shared key in the form of Quay's and Clair's settings; "" means no signature."""

    url: str = ""  # https://QUAY/secscan/notification
    psk: str = ""  # Base64
    issuers: tuple[str, ...] = ("quay", "clairctl")

    def __repr__(self) -> str:
        return "QuayTarget(…)"


class Notification(Struct, frozen=True):
    """A range of the events of a subscription."""

    subscription: int
    first: int
    last: int

    @property
    def id(self) -> str:
        return f"{self.subscription}-{self.first}-{self.last}"


def request(outgoing: Outgoing, target: QuayTarget) -> Post:
    message = outgoing.message
    wanted = Notification(outgoing.subscription_id, message.first_event, message.last_event)
    return announcement(target, wanted, outgoing.address, int(outgoing.now))


def announcement(target: QuayTarget, notification: Notification, address: str, now: int) -> Post:
    """The request that announces a notification to Quay. ``address`` is this server's URL. It is signed if there is a
    key.
    """
    headers = {"Content-Type": "application/json"}
    if target.psk:
        from base64 import b64decode

        from joserfc import jwt
        from joserfc.jwk import OctKey

        claims = {"iss": ISSUER, "iat": now, "nbf": now - LEEWAY_S, "exp": now + TOKEN_S}
        headers["Authorization"] = f"Bearer {jwt.encode({'alg': 'HS256'}, claims, OctKey.import_key(b64decode(target.psk)))}"
    callback = f"{address.rstrip('/')}{PLACE}/{notification.id}"
    return Post(target.url, headers, json.encode({"notification_id": notification.id, "callback": callback}))
