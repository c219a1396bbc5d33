"""Encodings of texts: UTF-16 and UTF-32, as programs of Windows write them, and within a text Base64 and the percent-encoding
of addresses.

The mark at the beginning of a text names its encoding. Without one the zeros between the letters show UTF-16. A text
may have few other zeros: a file is no program because of one.
**Source:** Unicode 15, section 23.8; RFC 4648, section 4; RFC 3986, section 2.1.
"""

import base64
import codecs
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LETTERS = bytes((9, 10, 13, *range(32, 127)))
_CONTROL = bytes(number for number in range(32) if number not in (9, 10, 12, 13, 27))
_STRAY = 1 / 100  # of the bytes of a text
_SAMPLE = 48  # letters of Base64, by which most of what is no text is recognised
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_IS_BASE64 = bytes(1 if number in _BASE64 else 0 for number in range(256))
_RUN = b"\1" * 32
_IN_ADDRESSES = _LETTERS[3:].translate(None, b" \"'<>\\^`{|}")
_IS_IN_ADDRESSES = bytes(1 if number in _IN_ADDRESSES else 0 for number in range(256))
_ENCODED = re.compile(rb"%(?:0[Aa]|0[Dd]|2[0-9A-Fa-f]|3[A-Fa-f]|40|5[BDbd]|7[BDbd])")


def encoding_of(sample: bytes) -> str | None:
    """The encoding of a text, by its first bytes; None if they are not those of a text."""
    if b"\0" not in sample:
        return "utf-8"
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    for first, encoding in ((0, "utf-16-le"), (1, "utf-16-be")):
        letters, zeros = sample[first::2], sample[1 - first :: 2]
        if len(sample) >= 8 and not zeros.strip(b"\0") and not letters.strip(_LETTERS):
            return encoding
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    return "utf-8" if controls <= len(sample) * _STRAY else None


def in_base64(text: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Start, end and content of each text that is encoded by Base64, in one line, within a text."""
    marks = text.translate(_IS_BASE64)
    start = marks.find(_RUN)
    while start >= 0:
        end = marks.find(b"\0", start)
        end = len(text) if end < 0 else end
        if _is_text(base64.b64decode(text[start : start + min(_SAMPLE, (end - start) // 4 * 4)])):
            run = text[start:end]
            whole = base64.b64decode(run[: len(run) - (len(run) % 4 == 1)] + b"=" * (-len(run) % 4 % 3))
            encoding = encoding_of(whole)
            if encoding:
                yield start, end, whole if encoding == "utf-8" else whole.decode(encoding, "replace").encode("utf-8", "replace")
        start = marks.find(_RUN, end)


def in_percent(text: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Start, end and content of each part of a text with the percent-encoding of characters that separate words."""
    found = _ENCODED.search(text)
    if found is None:
        return
    marks = text.translate(_IS_IN_ADDRESSES)
    end = 0
    while found:
        start = max(end, marks.rfind(b"\0", end, found.start()) + 1)
        end = marks.find(b"\0", found.end())
        end = len(text) if end < 0 else end
        yield start, end, unquote_to_bytes(text[start:end])
        found = _ENCODED.search(text, end)


def _is_text(sample: bytes) -> bool:
    encoding = encoding_of(sample)
    return encoding is not None and (encoding != "utf-8" or not sample.strip(_LETTERS))
