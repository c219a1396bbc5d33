"""A reference that starts with a path of this machine, split from what is chosen inside."""

from pathlib import Path


def split_path(reference: str) -> tuple[Path, str]:
    """(path, choice): of ``PATH``, ``PATH:NAME`` and ``PATH@DIGEST``, the longest PATH that is there.

    A path may hold colons itself (and starts with one letter and a colon on Windows), so what exists decides.
    """
    whole = Path(reference)
    if whole.exists():
        return whole, ""
    for at in sorted((at for at, letter in enumerate(reference) if letter in ":@"), reverse=True):
        path = Path(reference[:at])
        if at and path.exists():
            return path, reference[at + 1 :]
    return whole, ""
