"""Which files of a folder ``.dockerignore`` leaves out of the build context.

**Source:** Docker build, ".dockerignore files": Go's filepath.Match, and ``**`` for any number of folders.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

MAX_LINES = 1000
MAX_DEPTH = 50


def left_out(path: str, lines: Sequence[str]) -> bool:
    """Whether these lines of ``.dockerignore`` exclude ``path``, which is relative to the context.

    The last pattern that matches it, or a folder above it, decides.
    """
    out = False
    parts = path.split("/")
    above = ["/".join(parts[: index + 1]) for index in range(min(len(parts), MAX_DEPTH))]
    for line in lines[:MAX_LINES]:
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        again = pattern.startswith("!")
        expression = _expression(pattern.removeprefix("!").strip().strip("/").removeprefix("./"))
        if any(expression.fullmatch(part) for part in above):
            out = not again
    return out


@lru_cache(4096)
def _expression(pattern: str) -> re.Pattern[str]:
    text = re.sub(r"(?:\*\*/?)+", "\0", pattern[:300])
    pieces = {"\0": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    if text.endswith("\0"):
        text = text[:-1] + "\1"
    return re.compile("".join(pieces.get(char, ".*" if char == "\1" else re.escape(char)) for char in text))
