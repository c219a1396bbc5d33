"""A script from the network is run unseen."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.remote import checks_file, read_download, runs_input
from careen.formats.shell import SHELLS, Command, piped
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("RUN"):
        for command, earlier in piped(step.commands):
            source = next((one for one in earlier if (got := read_download(one.words)) and got.output == "-"), None)
            source = source or next((one for one in earlier if _to_stdout(one)), None)
            if source is not None and runs_input(command.words) and not any(checks_file(one.words) for one in earlier):
                yield Place(f"{shown(source.words, 60)} | {shown(command.words, 30)}", source.line, command.end_line)
        for call in document.calls_of(step):
            words = call.command.words
            if call.command.program in (*SHELLS, "eval", "source", ".") and any(map(_fetched, words[1:])):
                yield of_call(call, shown(words))


def _to_stdout(command: Command) -> bool:
    """``wget -qO- …``: the letters of a cluster end in the name of the file."""
    return command.program == "wget" and any(re.fullmatch(r"-\w*O-?|--output-document=-", word) for word in command.words)


def _fetched(word: str) -> bool:
    return re.search(r"(?:\$\(|`|<\()\s*(?:curl|wget)\s", word) is not None


CHECK = Check(
    id="DKR-005",
    title="A script from the network is run unseen",
    severity="high",
    why=(
        "Whatever that server answers today is run as root in the build: nobody has seen it, and nobody can say later "
        "what it was."
    ),
    fix="Fetch the script into a file, compare its checksum, then run the file; better, install the packaged software.",
    references=(
        "CWE-494",
        "CWE-829",
    ),
    inspect=inspect,
    good=(
        """\
FROM debian:12
RUN curl -fsSLo i.sh https://get.example/i.sh && echo "$SUM i.sh" | sha256sum -c && sh i.sh
""",
        """\
FROM debian:12
RUN curl -fsSL https://get.example/k.asc | gpg --dearmor -o /k.gpg
""",
    ),
    bad=(
        """\
FROM debian:12
RUN curl -fsSL https://get.example/i.sh | bash -s -- --yes
""",
        """\
FROM debian:12
RUN wget -qO- https://get.example/i.sh | sudo sh
""",
        """\
FROM debian:12
RUN bash -c "$(curl -fsSL https://get.example/i.sh)"
""",
        """\
FROM debian:12
RUN bash <(curl -s https://get.example/i.sh)
""",
    ),
)
