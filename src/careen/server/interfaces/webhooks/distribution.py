"""Notifications of the distribution registry: an envelope of events, of which only pushes of a manifest count.

**Source:** distribution/distribution, "Work with notifications".
"""

from collections.abc import Mapping

from msgspec import Struct

from careen.safety.digest import is_digest

from ..answers import document_of
from .pushed import INDEXES, MANIFESTS, Pushed, moment


class Target(Struct, frozen=True, rename="camel"):
    media_type: str = ""
    digest: str = ""
    repository: str = ""
    tag: str = ""


class Event(Struct, frozen=True):
    action: str = ""
    timestamp: str = ""
    target: Target = Target()


class Envelope(Struct, frozen=True):
    events: tuple[Event, ...] = ()


def read(body: bytes, headers: Mapping[str, str]) -> list[Pushed]:
    return [
        Pushed(
            event.target.repository,
            event.target.digest,
            event.target.tag,
            moment(event.timestamp),
            event.target.digest if event.target.media_type in MANIFESTS else "",
        )
        for event in document_of(body, Envelope).events
        if event.action == "push" and event.target.media_type in MANIFESTS | INDEXES and is_digest(event.target.digest)
    ]
