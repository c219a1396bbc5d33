"""The version that the tag of a release names: ``v2.3.0``, ``release-1.14.0``, ``curl-7_68_0``, ``OpenSSL_1_1_1a``, ``go1.16``.

Projects name their tags as they like. What is common is that the version is at the end: it begins with the first number
after a separator, or after the letters at the start.
"""

from careen.safety.pattern import pattern

MAX_LENGTH = 200
_SEPARATED = pattern(r"(?:^|[-_/])[vV]?(\d[\w.+-]*)$")
_AFTER_LETTERS = pattern(r"^[A-Za-z]{1,20}(\d[\w.+-]*)$")


def version_of_tag(tag: str) -> str:
    """The version, with dots between its numbers; "" if the tag has no number where a version begins."""
    found = (_SEPARATED.search(tag) or _AFTER_LETTERS.search(tag)) if len(tag) <= MAX_LENGTH else None
    version = found[1] if found else ""
    return version if "." in version else version.replace("_", ".")
