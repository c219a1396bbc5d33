"""Takes an image into the fleet: a row for it, rows for the layers that are not known yet, and the job that reads them."""

from msgspec import Struct

from .fleet import Fleet, Lane


class LayerSource(Struct, frozen=True):
    """Where a layer is fetched from, if not from the image's repository (Clair's manifests)."""

    digest: str
    uri: str
    headers: dict[str, str] = {}


class Enrolment(Struct, frozen=True):
    """What to scan. Either a ``reference`` that a registry resolves, or an ``identity`` with ``layers``."""

    reference: str = ""  # "registry.example/app:1", "registry.example/app@sha256:…"
    identity: str = ""  # the digest of the manifest, if the caller knows it
    registry_id: int | None = None  # whose credentials fetch it
    authorization: str = ""  # of this image alone; sealed, and removed when it is read
    layers: tuple[LayerSource, ...] = ()
    platform: str = ""
    pushed_at: float | None = None


def enrol(fleet: Fleet, project_id: int, wanted: Enrolment, lane: Lane, by: str) -> str:
    """The identity of the image. The same call again changes nothing, but for the lane if it is a faster one.

    Raises: InputError for a reference that cannot be resolved, NetworkError if its registry does not answer.
    """
    raise NotImplementedError
