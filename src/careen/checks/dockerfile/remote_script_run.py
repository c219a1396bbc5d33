"""Downloaded script is run without verification (curl | sh)."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from careen.checks.steps import of_call, of_step, shown
from careen.formats.dockerfile.stages import Call, Dockerfile
from careen.formats.shell.downloads import checks_file, read_download, runs_input
from careen.formats.shell.powershell import run_unseen
from careen.formats.shell.syntax import Command, piped
from careen.formats.shell.wrappers import SHELLS
from careen.plugins import Check, Place

_WRITES = (">", ">>", ">|", "&>")


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("RUN"):
        if not step.posix:
            for part in run_unseen(step.instruction.text):
                yield of_step(step, shown((part,), 90))
        for command, earlier in piped(step.commands):
            source = next((sender for sender in earlier if (got := read_download(sender.words)) and got.output == "-"), None)
            source = source or next((sender for sender in earlier if _to_stdout(sender)), None)
            if source is not None and runs_input(command.words) and not any(checks_file(sender.words) for sender in earlier):
                yield Place(f"{shown(source.words, 60)} | {shown(command.words, 30)}", source.line, command.end_line)
        for call in document.calls_of(step):
            words = call.command.words
            if call.command.program in (*SHELLS, "eval", "source", ".") and any(map(_fetched, words[1:])):
                yield of_call(call, shown(words))
        yield from _saved_and_run(document.calls_of(step))


def _saved_and_run(calls: Sequence[Call]) -> Iterator[Place]:
    """Yields scripts that one command saves and a later one runs, without verification in between."""
    saved: set[str] = set()
    for call in calls:
        words = call.command.words
        if checks_file(words):
            saved.clear()
        got = read_download(words)
        if got is not None:
            files = [target.target for target in call.command.redirects if target.operator in _WRITES]
            files += [got.output or url for url in got.urls] if got.output != "-" else []
            saved |= set(map(posixpath.basename, files))
            continue
        program = call.command.program
        run = words[0] if "/" in words[0] else ""
        if program in (*SHELLS, "source", ".", "python", "python3", "perl"):
            run = next((word for word in words[1:] if not word.startswith(("-", "+"))), "")
        if run and posixpath.basename(run) in saved:
            yield of_call(call, shown(words))


def _to_stdout(command: Command) -> bool:
    """Whether a command downloads to standard output: ``wget -qO- …``, combined flags that end in the file name."""
    return command.program == "wget" and any(re.fullmatch(r"-\w*O-?|--output-document=-", word) for word in command.words)


def _fetched(word: str) -> bool:
    return re.search(r"(?:\$\(|`|<\()\s*(?:curl|wget)\s", word) is not None


CHECK = Check(
    id="DKR-005",
    title="Downloaded script is run without verification (curl | sh)",
    severity="high",
    why="The build runs whatever the server sends that day, as root; the script is not reviewed or reproducible.",
    fix="Download the script to a file, verify its checksum, then run it; or install a package.",
    references=(
        "CWE-494",
        "CWE-829",
    ),
    inspect=inspect,
)
