"""Text in UTF-16 or UTF-32, or with a byte order mark, as plain UTF-8: Windows PowerShell writes such files on redirection.

Other bytes are returned unchanged. **Source:** The Unicode Standard, 23.8; RFC 4627, section 3; XML 1.0, annex F.
"""

from careen.safety.pattern import pattern

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Without a mark: the first characters of JSON and XML are ASCII.
_BEGINNINGS = ((b"{\0", "utf-16-le"), (b"<\0", "utf-16-le"), (b"\0{", "utf-16-be"), (b"\0<", "utf-16-be"))
_XML_ENCODING = pattern(rb"""\A(<\?xml[^>]{0,200}?)\s+encoding\s*=\s*(?:"[^"]*"|'[^']*')""")


def as_utf8(data: bytes) -> bytes:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[3:] if encoding == "utf-8" else _decoded(data[len(mark) :], encoding)
    for beginning, encoding in _BEGINNINGS:
        if data.startswith(beginning) and data[len(beginning) :].count(b"\0", 0, 64) > 8:
            return _decoded(data, encoding)
    return data


def _decoded(data: bytes, encoding: str) -> bytes:
    """The data in UTF-8, without the encoding in an XML declaration, as it is no longer true."""
    return _XML_ENCODING.sub(rb"\1", data.decode(encoding, "replace").encode("utf-8", "replace"))
