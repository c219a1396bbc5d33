"""A fleet for commands of its operator that change rows: without a queue, a store or a session."""

from typing import NoReturn, cast

from sqlalchemy import Engine

from careen.config import Settings
from careen.store.memory import NoStore

from .credentials import Keyring
from .fleet import Fleet
from .queue import Queue


def administered(engine: Engine, settings: Settings, keys: Keyring) -> Fleet:
    return Fleet(engine, cast("Queue", _None()), NoStore(), settings, _no_session, keys.seal, keys.unseal)


class _None:
    def __getattr__(self, name: str) -> NoReturn:
        raise NotImplementedError("this command queues nothing")


def _no_session() -> NoReturn:
    raise NotImplementedError("this command scans nothing")
