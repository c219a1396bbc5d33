"""The order of versions of any project: by their numbers."""

import re


def version_key(version: str) -> list[tuple[int, int, str]]:
    """A sort key close to Debian's order: a tilde is before the end, the end before letters, letters before numbers."""
    parts = re.findall(r"\d+|[a-z]+|~", version.lower())
    return [*map(_place, parts), (1, 0, "")]


def _place(part: str) -> tuple[int, int, str]:
    if part == "~":
        return 0, 0, ""
    return (3, int(part), "") if part.isdecimal() else (2, 0, part)
