"""Patterns of paths: ``*`` and ``?`` within a folder, ``**`` across any number of folders."""

from fnmatch import fnmatchcase


def matched(pattern: str, path: str) -> list[bool]:
    """For each prefix of the path (nothing, its folders in turn, the whole path): whether the pattern matches it."""
    parts = path.strip("/").split("/")
    row = [True] + [False] * len(parts)
    for part in pattern.strip("/").split("/"):
        if part == "**":
            seen = False
            row = [seen := seen or here for here in row]
        else:
            row = [False] + [row[i] and fnmatchcase(parts[i], part) for i in range(len(parts))]
    return row
