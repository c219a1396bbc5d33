"""setuid, setgid or capability is set on a program."""

import re
from collections.abc import Iterator

from careen.checks.steps import modes_set, of_call, shown, uses_flag
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for mode, place in modes_set(document):
        if re.fullmatch(r"0*[2-7][0-7]{3}", mode) or re.search(r"(?:^|,)(?:[ugoa]*)[+=][rwxX]*s", mode):
            yield place
    for call in document.calls("setcap"):
        if not uses_flag(call, "-r"):
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-028",
    title="setuid, setgid or capability is set on a program",
    severity="high",
    why="The program runs with the privileges of its owner: a vulnerability in it makes any user of the container root.",
    fix="Remove the bit (chmod a-s), and start the container with the one capability that is needed.",
    references=(
        "CIS Docker 1.6, 4.8",
        "CWE-250",
        "CWE-269",
    ),
    inspect=inspect,
)
