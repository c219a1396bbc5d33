"""Typed values out of JSON, MessagePack and plain data, from several threads.

msgspec inspects a Struct when it is decoded for the first time, and runs Python code meanwhile. Two threads that do so at
once crash the process (seen with 0.22). Here one inspects while the others wait.
Raises: msgspec's errors.
"""

import threading
from functools import cache
from typing import Any, TypeVar

import msgspec

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
    return msgspec.convert(value, kind)


def _known(kind: Any) -> tuple[Any, Any]:
    with _LOOKING:
        return _decoders(kind)


@cache
def _decoders(kind: Any) -> tuple[Any, Any]:
    return msgspec.json.Decoder(kind), msgspec.msgpack.Decoder(kind)
