"""Advisories about a library that the makers of a package put into their own builds of it.

A distribution builds the same package with the library that it has already: nokogiri's libxml2, the OpenSSL in wheels of
cryptography. Only the summary of the advisory names the library.
"""

import re
from collections.abc import Iterable

from careen.safety.pattern import pattern

MAX_SUMMARY = 1000
# By the name in summaries: the source package of the library.
SOURCES = {
    **{name: name for name in ("libxml2", "libxslt", "libwebp", "zlib", "openssl", "libiconv", "sqlite", "libyaml")},
    "libxml": "libxml2",
}
_COPY = pattern(r"\b(?:packaged|vendored|bundled|included)\b", re.IGNORECASE)
_LIBRARY = pattern(r"\b(?:libxml2?|libxslt|libwebp|zlib|openssl|libiconv|sqlite|libyaml)\b", re.IGNORECASE)


def vendored_libraries(summaries: Iterable[str]) -> frozenset[str]:
    """The source packages of all libraries whose copies one of the summaries is about; empty if it is about anything else."""
    for summary in summaries:
        libraries = _LIBRARY.findall(summary) if len(summary) < MAX_SUMMARY and _COPY.search(summary) else ()
        if libraries:
            return frozenset(SOURCES[name.lower()] for name in libraries)
    return frozenset()
