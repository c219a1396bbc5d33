"""The context that every function of the fleet needs, created once in each server or worker process."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from sqlalchemy import Engine

from careen.app.session import Session
from careen.config import Settings
from careen.store.memory import Store

from .kept import Kept
from .queue import Queue

if TYPE_CHECKING:
    from .assessing import Assessor

Lane = Literal[0, 1, 2]
PERSON: Lane = 0
PUSH: Lane = 1
BACKGROUND: Lane = 2


class Fleet(Struct, frozen=True):
    """The context of a fleet. ``settings`` state how images are scanned, as for ``careen scan``. ``store`` contains
    Deltas, inventories and reports. ``seal`` and ``unseal`` encrypt and decrypt what the database must not show
    (credentials). ``session`` opens a scan session, which matches with the newest advisories. ``assessors`` caches
    opened assessors.
    """

    engine: Engine
    queue: Queue
    store: Store
    settings: Settings
    session: Callable[[], AbstractContextManager[Session]]
    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]
    assessors: "Kept[Assessor]" = field(default_factory=Kept)
