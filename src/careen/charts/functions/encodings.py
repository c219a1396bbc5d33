"""Functions of encodings, checksums and addresses."""

import base64
import binascii
import hashlib
import zlib
from typing import Any
from urllib.parse import quote, urlsplit

from .arguments import bounded, typed


def _decoded(decode: Any, text: str) -> str:
    """The decoded text; for text that cannot be decoded, the text of the error, as in Sprig."""
    try:
        return bytes(decode(text)).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return "illegal base64 data"


def _url(text: str) -> dict[str, str]:
    parts = urlsplit(text)
    user, _, host = parts.netloc.rpartition("@")
    return {
        "scheme": parts.scheme, "host": host, "hostname": parts.hostname or "", "path": parts.path, "query": parts.query,
        "opaque": "", "fragment": parts.fragment, "userinfo": user,
    }  # fmt: skip


def _joined(parts: dict[str, Any]) -> str:
    def of(key: str) -> str:
        return str(parts.get(key) or "")

    user = of("userinfo") + "@" if of("userinfo") else ""
    scheme = of("scheme") + ":" if of("scheme") else ""
    host = "//" + user + of("host") if of("host") or user else ""
    query = "?" + of("query") if of("query") else ""
    fragment = "#" + quote(of("fragment")) if of("fragment") else ""
    return bounded(scheme + host + of("path") + query + fragment)


FUNCTIONS = {
    "adler32sum": typed("s", lambda text: str(zlib.adler32(text.encode()))),
    "b32dec": typed("s", lambda text: _decoded(base64.b32decode, text)),
    "b32enc": typed("s", lambda text: base64.b32encode(text.encode()).decode()),
    "b64dec": typed("s", lambda text: _decoded(lambda given: base64.b64decode(given, validate=True), text)),
    "b64enc": typed("s", lambda text: base64.b64encode(text.encode()).decode()),
    "sha1sum": typed("s", lambda text: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()),
    "sha256sum": typed("s", lambda text: hashlib.sha256(text.encode()).hexdigest()),
    "sha512sum": typed("s", lambda text: hashlib.sha512(text.encode()).hexdigest()),
    "urlJoin": typed("m", _joined),
    "urlParse": typed("s", _url),
}
