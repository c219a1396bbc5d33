"""The fields of a form with files (multipart/form-data), by name. Raises: Refused if the body is not such a
form.

**Source:** RFC 7578.
"""

import re
from typing import Any

from msgspec import Struct

from .errors import Refused

MAX_PARTS = 50


class Field(Struct, frozen=True):
    """A field of a form. ``file_name`` is the sender's name of the file, without its folder; "" if it is no file."""

    content: bytes
    file_name: str = ""


def fields_of(content_type: str, body: bytes) -> dict[str, Field]:
    """The fields of a form by name; if a field is given twice, the first counts. Raises: Refused."""
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not boundary or len(boundary) > 200:
        raise Refused(400, "the form has no boundary", "body")
    parts = _Parts()
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise Refused(400, "the form cannot be read", "body") from None
    found: dict[str, Field] = {}
    for disposition, content in parts.whole:
        _, named = parse_options_header(disposition)
        name, file_name = (named.get(key, b"").decode("utf-8", "replace") for key in (b"name", b"filename"))
        found.setdefault(name, Field(content, re.split(r"[/\\]", file_name)[-1]))
    return found


class _Parts:
    """Receives the callbacks of the parser, and collects the disposition and content of each part."""

    def __init__(self) -> None:
        self.whole: list[tuple[bytes, bytes]] = []
        self._name, self._value, self._content = bytearray(), bytearray(), bytearray()
        self._disposition = b""

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header,
        }

    def _begin(self) -> None:
        if len(self.whole) >= MAX_PARTS:
            raise Refused(400, f"the form has more than {MAX_PARTS} fields", "body")
        self._content, self._disposition = bytearray(), b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._content.extend(data[start:end])

    def _header(self) -> None:
        if bytes(self._name).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _end(self) -> None:
        self.whole.append((self._disposition, bytes(self._content)))
