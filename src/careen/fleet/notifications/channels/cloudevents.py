"""A message as a CloudEvent, in the structured or the binary mode of HTTP, signed as a webhook if there is a secret.

A repeat has the same ``source`` and ``id``, by which consumers drop it; the extension ``attempt`` counts the tries.
**Source:** CloudEvents 1.0.2: core specification, JSON format, HTTP protocol binding (3.1.3.2 for header values).
"""

from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from ..message import Outgoing
from ..shown import moment
from .posted import Post
from .webhook import document, signed

# Printable ASCII that a header value may hold as it is, without space, quote and percent.
_PLAIN = "".join(map(chr, range(0x21, 0x7F))).replace('"', "").replace("%", "")


class CloudEventsTarget(Struct, frozen=True, forbid_unknown_fields=True):
    url: str
    secret: str = ""
    binary: bool = False

    def __repr__(self) -> str:
        return "CloudEventsTarget(…)"


def request(outgoing: Outgoing, target: CloudEventsTarget) -> Post:
    attributes, data = _attributes(outgoing), document(outgoing)
    if target.binary:
        body = msgspec.json.encode(data)
        headers = {f"ce-{name}": quote(str(value), safe=_PLAIN) for name, value in attributes.items()}
        headers["Content-Type"] = "application/json"
    else:
        body = msgspec.json.encode({**attributes, "datacontenttype": "application/json", "data": data})
        headers = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
    return Post(target.url, {**headers, **signed(outgoing, target.secret, body)}, body)


def _attributes(outgoing: Outgoing) -> dict[str, Any]:
    message = outgoing.message
    source = f"{outgoing.address or 'urn:careen'}/projects/{message.project_id}"
    if not outgoing.address:
        source = f"urn:careen:project:{message.project_id}"
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": outgoing.key,
        "source": source,
        "type": f"careen.{message.kind}",
        "time": moment(message.at),
        "attempt": outgoing.attempt,
    }
    if message.vulnerability:
        attributes["subject"] = message.vulnerability.id
    return attributes
