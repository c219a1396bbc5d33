"""What every call of the fleet needs, built once by the process that serves or works."""

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
    """``settings`` state how images are scanned, as for ``careen scan``; ``store`` has Deltas, inventories and reports.

    ``seal`` and ``unseal`` encrypt what the database must not show (credentials); ``session`` opens what matches and
    assesses, by the newest advisories. ``assessors`` has those of this process that wait for their next use.
    """

    engine: Engine
    queue: Queue
    store: Store
    settings: Settings
    session: Callable[[], AbstractContextManager[Session]]
    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]
    assessors: "Kept[Assessor]" = field(default_factory=Kept)
