"""A fleet object for administration commands that change rows: it can neither queue jobs, nor read a store, nor scan."""

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
