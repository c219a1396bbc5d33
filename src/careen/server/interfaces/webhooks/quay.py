"""Quay's notification "Push to Repository", sent as a POST: it contains tags, without digests.

**Source:** Quay's documentation, "Repository notifications".
"""

from collections.abc import Mapping

from msgspec import Struct

from ..answers import document_of
from .pushed import Pushed


class Payload(Struct, frozen=True):
    repository: str = ""
    updated_tags: tuple[str, ...] | dict[str, str] = ()  # a dictionary in older releases, with the image of each tag


def read(body: bytes, headers: Mapping[str, str]) -> list[Pushed]:
    sent = document_of(body, Payload)
    return [Pushed(sent.repository, tag=tag) for tag in sent.updated_tags if sent.repository]
