"""What every call of the fleet needs, built once by the process that serves or works."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal

from msgspec import Struct
from sqlalchemy import Engine

from careen.app.session import Session
from careen.config import Settings
from careen.store.memory import Store

from .queue import Queue

Lane = Literal[0, 1, 2]
PERSON: Lane = 0
PUSH: Lane = 1
BACKGROUND: Lane = 2


class Fleet(Struct, frozen=True):
    """``settings`` say how images are scanned, as for ``careen scan``; ``store`` has Deltas, inventories and reports.

    ``seal`` and ``unseal`` encrypt what the database must not show (credentials); ``session`` opens what matches and
    assesses, by the newest advisories.
    """

    engine: Engine
    queue: Queue
    store: Store
    settings: Settings
    session: Callable[[], AbstractContextManager[Session]]
    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]
