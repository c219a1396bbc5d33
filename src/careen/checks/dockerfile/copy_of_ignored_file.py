"""COPY names a file that .dockerignore leaves out."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    if not document.ignored:
        return
    for step in document.of("COPY", "ADD"):
        if step.instruction.flag("from") is not None:
            continue
        for source in step.instruction.words[:-1]:
            path = source.strip("'\"").strip("/").removeprefix("./")
            if path not in ("", ".") and not re.search(r"[*?\[$<:]", path) and _left_out(path, document.ignored):
                yield of_step(step, f"{step.keyword} {source}")


def _left_out(path: str, lines: tuple[str, ...]) -> bool:
    """The last pattern that fits decides, also one that fits a folder above."""
    out = False
    parts = path.split("/")
    above = ["/".join(parts[: index + 1]) for index in range(min(len(parts), 50))]
    for line in lines[:1000]:
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        again = pattern.startswith("!")
        expression = _expression(pattern.removeprefix("!").strip().strip("/").removeprefix("./"))
        if any(re.fullmatch(expression, one) for one in above):
            out = not again
    return out


def _expression(pattern: str) -> str:
    """**Source:** Docker build, ".dockerignore files": Go's filepath.Match, and ``**`` for any number of folders."""
    text = re.sub(r"(?:\*\*/?)+", "\0", pattern[:300])
    pieces = {"\0": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    if text.endswith("\0"):
        text = text[:-1] + "\1"
    return "".join(pieces.get(char, ".*" if char == "\1" else re.escape(char)) for char in text)


CHECK = Check(
    id="DKR-051",
    title="COPY names a file that .dockerignore leaves out",
    severity="low",
    why="The file is not in the build context: the build fails, or copies less than it seems.",
    fix="Let the file in with a line that begins with !, or drop it from COPY.",
    references=("BuildKit CopyIgnoredFile",),
    inspect=inspect,
    good=(
        """\
FROM debian:12
COPY src /app
""",
        """\
FROM debian:12
COPY --from=a secret/x /x
""",
    ),
    bad=(
        """\
FROM debian:12
COPY secret/key.txt /app/
""",
    ),
)
