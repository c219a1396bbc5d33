"""Authenticates Clair's callers: by a token that Quay signs with a shared key, or by a key with the scope ``clair``.

The shared key is part of a subscription of kind ``quay``, beside the address for notifications; it is stored sealed.
**Source:** RFC 7519 (JWT) and RFC 7515 (HS256); Clair's documentation, "Authentication", PSK.
"""

import time
from base64 import b64decode

import msgspec
from sqlalchemy import select
from starlette.requests import Request

from careen.fleet.fleet import Fleet
from careen.fleet.notifications.channels.quay import LEEWAY_S, QuayTarget
from careen.fleet.tables import subscription
from careen.log import logger
from careen.safety.typed import from_json

from ..access import Caller, caller, refusal

log = logger(__name__)

SCOPE = "clair"
KIND = "quay"
MAX_LIFE_S = 3600  # the longest lifetime of a token: Quay's have 5 minutes
MAX_TOKEN = 4096
MAX_SUBSCRIPTIONS = 1000


def clair_caller(fleet: Fleet, request: Request) -> Caller:
    """The caller of a request. Raises Failure if it has no valid token or key."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token.count(".") != 2 or len(token) > MAX_TOKEN:
        return caller(fleet, request, SCOPE)
    for project_id, target in quay_targets(fleet):
        if target.psk and (issuer := _issuer(token, target)):
            return Caller(project_id, issuer)
    raise refusal(401, "the token is not signed by a known key, or it has expired")


def quay_targets(fleet: Fleet) -> list[tuple[int, QuayTarget]]:
    found = []
    with fleet.engine.connect() as connection:
        query = select(subscription.c.project_id, subscription.c.target).where(subscription.c.kind == KIND)
        rows = connection.execute(query.order_by(subscription.c.id).limit(MAX_SUBSCRIPTIONS)).all()
    for row in rows:
        try:
            found.append((row.project_id, from_json(fleet.unseal(row.target), QuayTarget)))
        except (msgspec.MsgspecError, ValueError) as error:
            log.warning("a subscription of project %d cannot be read: %s", row.project_id, type(error).__name__)
    return found


def sealed(fleet: Fleet, target: QuayTarget) -> bytes:
    """The target, sealed for its row."""
    return fleet.seal(msgspec.json.encode(target))


def _issuer(token: str, target: QuayTarget) -> str:
    """The issuer of a valid token; "" if the token is not valid."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import OctKey

    now = int(time.time())
    try:
        claims = jwt.decode(token, OctKey.import_key(b64decode(target.psk)), algorithms=["HS256"]).claims
        wanted = jwt.JWTClaimsRegistry(
            now=now, leeway=LEEWAY_S, exp={"essential": True}, iss={"essential": True, "values": list(target.issuers)}
        )
        wanted.validate(claims)
    except (JoseError, ValueError, TypeError):
        return ""
    return str(claims["iss"]) if claims["exp"] <= now + MAX_LIFE_S + LEEWAY_S else ""
