"""wget writes its progress bar to the build log."""

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
    title="wget writes its progress bar to the build log",
    severity="negligible",
    why="Thousands of progress lines hide the errors of the build.",
    fix="Add --progress=dot:giga, or -q.",
    references=("Hadolint DL3047",),
    inspect=inspect,
)
