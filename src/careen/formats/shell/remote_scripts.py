"""The scripts that commands get from a server and run: ``curl … | sh``, ``bash <(curl …)``, a file that is saved and then run.

**Source:** the manuals of curl, wget, aria2c, sha256sum and gpg.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from .downloads import checks_file, read_download, runs_input
from .syntax import Command, piped
from .wrappers import SHELLS

_WRITES = (">", ">>", ">|", "&>")
_WITHIN = re.compile(r"(?:\$\(|`|<\()\s*(?:curl|wget)\s")
_INTERPRETERS = (*SHELLS, "source", ".", "python", "python3", "perl")


class RemoteScript(Struct, frozen=True, gc=False):
    runner: Command
    source: Command | None  # the command that gets it, if it is another one
    checked: bool  # its checksum or signature is verified before


def remote_scripts(commands: Sequence[Command]) -> Iterator[RemoteScript]:
    for command, earlier in piped(commands):
        source = next((sender for sender in earlier if (got := read_download(sender.words)) and got.output == "-"), None)
        source = source or next((sender for sender in earlier if _to_stdout(sender)), None)
        if source is not None and runs_input(command.words):
            yield RemoteScript(command, source, any(checks_file(sender.words) for sender in earlier))
    for command in commands:
        if command.program in (*SHELLS, "eval", "source", ".") and any(map(_WITHIN.search, command.words[1:])):
            yield RemoteScript(command, None, checked=False)
    yield from _saved(commands)


def _saved(commands: Sequence[Command]) -> Iterator[RemoteScript]:
    """Scripts that one command saves and a later one runs. A verification in between counts for all files before it."""
    saved: dict[str, tuple[Command, bool]] = {}
    for command in commands:
        if checks_file(command.words):
            saved = {name: (source, True) for name, (source, _) in saved.items()}
        got = read_download(command.words)
        if got is not None:
            files = [redirect.target for redirect in command.redirects if redirect.operator in _WRITES]
            files += [got.output or url for url in got.urls] if got.output != "-" else []
            saved |= {posixpath.basename(file): (command, False) for file in files}
        elif command.words:
            source, checked = saved.get(posixpath.basename(_run(command)), (None, False))
            if source is not None:
                yield RemoteScript(command, source, checked)


def _run(command: Command) -> str:
    """The file that a command runs; "" for a program of the search path."""
    if command.program in _INTERPRETERS:
        return next((word for word in command.words[1:] if not word.startswith(("-", "+"))), "")
    return command.words[0] if "/" in command.words[0] else ""


def _to_stdout(command: Command) -> bool:
    """Whether a command downloads to standard output: ``wget -qO- …``, combined flags that end in the file name."""
    return command.program == "wget" and any(re.fullmatch(r"-\w*O-?|--output-document=-", word) for word in command.words)
