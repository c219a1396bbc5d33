"""Which files of a folder ``.dockerignore`` leaves out of the build context.

**Source:** Docker build, ".dockerignore files": Go's filepath.Match, and ``**`` for any number of folders.
"""

from collections.abc import Sequence

from careen.safety.glob import matched

MAX_LINES = 1000
MAX_DEPTH = 50
MAX_LENGTH = 4096  # of a path on Linux; a pattern for one is hardly longer


def left_out(path: str, lines: Sequence[str]) -> bool:
    """Whether these lines of ``.dockerignore`` exclude ``path``, which is relative to the context.

    The last pattern that matches it, or a folder above it, decides.
    """
    out = False
    path = "/".join(path.split("/")[:MAX_DEPTH])
    for line in lines[:MAX_LINES]:
        pattern = line.strip()
        if not pattern or pattern.startswith("#") or len(path) > MAX_LENGTH or len(pattern) > MAX_LENGTH:
            continue
        again = pattern.startswith("!")
        if _matches(pattern.removeprefix("!").strip().strip("/").removeprefix("./"), path):
            out = not again
    return out


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches the path or a folder above it. ``folder/**`` matches what is in the folder alone."""
    within = f"{pattern}/*" if pattern.endswith("/**") else pattern
    return any(matched(within.replace("[^", "[!"), path)[1:])
