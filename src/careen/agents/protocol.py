"""Messages of the Model Context Protocol over two streams: a JSON-RPC message a line, bounded, and the answers to it.

**Source:** Model Context Protocol 2025-11-25 (base protocol, lifecycle, stdio) and 2026-07-28 (``server/discover``, versions in
``_meta`` of each request); JSON-RPC 2.0.
"""

import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")  # by handshake, newest first
DISCOVERED = ("2026-07-28",)  # each request names its version
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"

MAX_LINE_BYTES = 1 << 20
MAX_DEPTH = 64

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
UNSUPPORTED_VERSION = -32022

Id = str | int


class ProtocolError(Exception):
    """An error that is answered in place of a result."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.data = code, data


class Message(Struct, frozen=True):
    """A request; without an id, a notification."""

    method: str
    params: dict[str, Any] = {}
    id: Id | None = None

    @property
    def meta(self) -> dict[str, Any]:
        found = self.params.get("_meta")
        return found if isinstance(found, dict) else {}

    @property
    def version(self) -> str | None:
        """The version of the protocol that the request names; None after a handshake."""
        found = self.meta.get(VERSION_KEY)
        return found if isinstance(found, str) else None


class Peer:
    """The client at the other end of the streams. Threads may write to it."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader, self._writer = reader, writer
        self._lock = threading.Lock()

    def messages(self) -> Iterator[Message]:
        """Yields messages until the client has closed the stream. Anything else is answered with an error."""
        while line := self._reader.readline(MAX_LINE_BYTES + 1):
            if len(line) > MAX_LINE_BYTES:
                self._skip(line)
                self.fail(None, ProtocolError(PARSE_ERROR, f"a message is longer than {MAX_LINE_BYTES} bytes"))
                continue
            if not line.strip():
                continue
            try:
                message = read_message(line)
            except ProtocolError as error:
                self.fail(_id_in(line), error)
                continue
            if message is not None:
                yield message

    def answer(self, id: Id, result: dict[str, Any]) -> None:
        self._write({"jsonrpc": "2.0", "id": id, "result": result})

    def fail(self, id: Id | None, error: ProtocolError) -> None:
        data = {} if error.data is None else {"data": error.data}
        self._write({"jsonrpc": "2.0", "id": id, "error": {"code": error.code, "message": str(error), **data}})

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def _write(self, message: dict[str, Any]) -> None:
        line = msgspec.json.encode(message) + b"\n"
        with self._lock:
            try:
                self._writer.write(line)
                self._writer.flush()
            except (OSError, ValueError):  # the other side is gone: its messages end, too
                pass

    def _skip(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._reader.readline(MAX_LINE_BYTES)


def read_message(line: bytes) -> Message | None:
    """The message in a line; None for a response, because this server sends no requests. Raises ProtocolError."""
    document = _decoded(line)
    if not isinstance(document, dict) or document.get("jsonrpc") != "2.0":
        raise ProtocolError(INVALID_REQUEST, "not a JSON-RPC 2.0 message")
    if "method" not in document and ("result" in document or "error" in document):
        return None
    method, id, params = document.get("method"), document.get("id"), document.get("params", {})
    if not isinstance(method, str):
        raise ProtocolError(INVALID_REQUEST, "the method is not a text")
    if "id" in document and not _is_id(id):
        raise ProtocolError(INVALID_REQUEST, "the id is not a text or a whole number")
    if not isinstance(params, dict):
        raise ProtocolError(INVALID_PARAMS, "the params are not an object")
    return Message(method, params, id)


def _decoded(line: bytes) -> Any:
    if _depth(line) > MAX_DEPTH:
        raise ProtocolError(PARSE_ERROR, f"nested over {MAX_DEPTH} deep")
    try:
        return msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ProtocolError(PARSE_ERROR, "not JSON") from None


def _depth(line: bytes) -> int:
    """An upper bound of the nesting: brackets in texts count, too."""
    return max(line.count(b"["), line.count(b"{")) if line.count(b"[") + line.count(b"{") <= MAX_DEPTH else _nested(line)


def _nested(line: bytes) -> int:
    depth = most = 0
    within = escaped = False
    for byte in line:
        if within:
            within = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            within = True
        elif byte in b"[{":
            depth += 1
            most = max(most, depth)
        elif byte in b"]}":
            depth -= 1
    return most


def _id_in(line: bytes) -> Id | None:
    try:
        document = _decoded(line)
    except ProtocolError:
        return None
    id = document.get("id") if isinstance(document, dict) else None
    return id if _is_id(id) else None


def _is_id(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 1000
    return isinstance(value, int) and not isinstance(value, bool)
