"""Webhooks of Harbor's projects, in its own format or as CloudEvents.

**Source:** goharbor/harbor, "Configure Webhook Notifications".
"""

from collections.abc import Mapping

from msgspec import Struct

from careen.safety.digest import is_digest

from ..answers import document_of
from .pushed import Pushed, moment


class Resource(Struct, frozen=True):
    digest: str = ""
    tag: str = ""


class Repository(Struct, frozen=True):
    repo_full_name: str = ""


class Data(Struct, frozen=True):
    resources: tuple[Resource, ...] = ()
    repository: Repository = Repository()


class Payload(Struct, frozen=True):
    type: str = ""
    occur_at: float | str | None = None
    time: str | None = None
    event_data: Data | None = None
    data: Data | None = None  # of a CloudEvent


def read(body: bytes, headers: Mapping[str, str]) -> list[Pushed]:
    sent = document_of(body, Payload)
    content = sent.event_data or sent.data
    if sent.type not in ("PUSH_ARTIFACT", "harbor.artifact.pushed") or content is None:
        return []
    at = moment(sent.occur_at if sent.occur_at is not None else sent.time)
    return [
        Pushed(content.repository.repo_full_name, resource.digest, resource.tag, at)
        for resource in content.resources
        if is_digest(resource.digest)
    ]
