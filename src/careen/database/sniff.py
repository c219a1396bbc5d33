"""Checks whether the first bytes of a download can be those of the requested file.

A network that requires a login, and many proxies, answer every request with a web page and status 200.
"""

_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_PAGES = (b"<!doctype html", b"<html")
_BOM = b"\xef\xbb\xbf"
HEAD_BYTES = 1024


def unexpected_content(name: str, head: bytes) -> str:
    """What the bytes are instead of the file ``name``; "" if they may be the file."""
    start = head[:HEAD_BYTES].removeprefix(_BOM).lstrip()
    if any(page in start.lower() for page in _PAGES) and start[:1] == b"<":
        return "a web page"
    if name.endswith(".zip") and start and not start.startswith(b"PK"):
        return "a file that is not a zip archive"
    if name.endswith(".json") and start and start[:1] not in b"{[" and not start.startswith(_PACKED):
        return "a file that is not JSON"
    return ""
