"""wget writes its progress into the log of the build."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown, uses_flag
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.shell.downloads import read_download
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    quiet = ("-q", "--quiet", "-o", "--output-file", "-a", "--append-output", "--progress", "--no-verbose")
    for call in document.calls("wget"):
        words = call.command.words
        got = read_download(words)
        if got is None or not got.urls or uses_flag(call, *quiet) or "-nv" in words:
            continue
        yield of_call(call, shown(words))


CHECK = Check(
    id="DKR-079",
    title="wget writes its progress into the log of the build",
    severity="negligible",
    why="The bar is drawn anew for each piece: thousands of lines hide the one that matters.",
    fix="Add --progress=dot:giga, or -q.",
    references=("Hadolint DL3047",),
    inspect=inspect,
)
