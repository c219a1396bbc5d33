"""Advisories about a library that the makers of a package include in their own builds of the package.

A distribution builds the same package with its own copy of the library: nokogiri with its libxml2, cryptography with
its OpenSSL. Only the summary of the advisory mentions the library.
"""

import re
from collections.abc import Iterable

from careen.safety.pattern import pattern

MAX_SUMMARY = 1000
# Maps the name in summaries to the library's source package.
SOURCES = {
    **{name: name for name in ("libxml2", "libxslt", "libwebp", "zlib", "openssl", "libiconv", "sqlite", "libyaml")},
    "libxml": "libxml2",
}
_COPY = pattern(r"\b(?:packaged|vendored|bundled|included)\b", re.IGNORECASE)
_LIBRARY = pattern(r"\b(?:libxml2?|libxslt|libwebp|zlib|openssl|libiconv|sqlite|libyaml)\b", re.IGNORECASE)


def vendored_libraries(summaries: Iterable[str]) -> frozenset[str]:
    """The source packages of the libraries that the first matching summary is about; empty if none is about such a
    copy.
    """
    for summary in summaries:
        libraries = _LIBRARY.findall(summary) if len(summary) < MAX_SUMMARY and _COPY.search(summary) else ()
        if libraries:
            return frozenset(SOURCES[name.lower()] for name in libraries)
    return frozenset()
