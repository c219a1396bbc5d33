"""The report of an image of the fleet: the one that ``careen scan`` would write, from what is stored."""

from msgspec import Struct

from careen.model.report import Report

from .fleet import Fleet


class ImageState(Struct, frozen=True):
    identity: str
    state: str  # opening, reading, joining, ready, failed
    reason: str
    waits: str  # what it waits for, as a sentence; "" if it is ready
    layers: int
    layers_read: int
    enrolled_at: float
    ready_at: float | None
    assessed_at: float | None


def state_of(fleet: Fleet, project_id: int | None, identity: str) -> ImageState | None:
    """None if the project does not see such an image. ``project_id`` None: of any project."""
    raise NotImplementedError


def report_of(fleet: Fleet, project_id: int | None, identity: str) -> Report | None:
    """By the present advisories and the project's decisions and policy; None unless the image is ready and visible."""
    raise NotImplementedError
