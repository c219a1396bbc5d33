"""Webhooks of Docker Hub: one tag was pushed. Its ``callback_url`` is never requested.

**Source:** Docker's documentation, "Docker Hub webhooks".
"""

from collections.abc import Mapping

from msgspec import Struct

from ..answers import document_of
from .pushed import Pushed, moment


class PushData(Struct, frozen=True):
    tag: str = ""
    pushed_at: float | None = None


class Repository(Struct, frozen=True):
    repo_name: str = ""


class Payload(Struct, frozen=True):
    push_data: PushData
    repository: Repository


def read(body: bytes, headers: Mapping[str, str]) -> list[Pushed]:
    sent = document_of(body, Payload)
    if not sent.push_data.tag or not sent.repository.repo_name:
        return []
    return [Pushed(sent.repository.repo_name, tag=sent.push_data.tag, at=moment(sent.push_data.pushed_at))]
