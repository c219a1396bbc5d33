"""Decodes JSON, MessagePack and plain data into typed values, safely from several threads.

msgspec inspects a Struct when it is decoded for the first time, and runs Python code meanwhile. Two threads that do so
at once crash the process (seen with 0.22), and so does an interrupt. Here one inspects while other threads and
interrupts wait.
Raises: msgspec's errors.
"""

import threading
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import StructMeta

from .interrupts import interrupts_wait

Value = TypeVar("Value")

_LOOKING = threading.Lock()


def from_json(data: bytes | bytearray | memoryview | str, kind: type[Value]) -> Value:
    value: Value = _known(kind)[0].decode(data)
    return value


def from_msgpack(data: bytes | bytearray | memoryview, kind: type[Value]) -> Value:
    value: Value = _known(kind)[1].decode(data)
    return value


def converted(value: Any, kind: type[Value]) -> Value:
    _known(kind)
    if isinstance(kind, StructMeta):
        return msgspec.convert(value, kind)
    with interrupts_wait():  # a type that is not a Struct is inspected each time
        return msgspec.convert(value, kind)


def _known(kind: Any) -> tuple[Any, Any]:
    with _LOOKING:
        return _decoders(kind)


@cache
def _decoders(kind: Any) -> tuple[Any, Any]:
    with interrupts_wait():
        return msgspec.json.Decoder(kind), msgspec.msgpack.Decoder(kind)
