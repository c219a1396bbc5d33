"""Root without password is set up: sudo NOPASSWD, doas nopass, accounts with uid 0."""

import re
from collections.abc import Iterator
from itertools import pairwise

from careen.checks.steps import of_call, of_step, shown
from careen.formats.dockerfile.stages import Call, Dockerfile
from careen.plugins import Check, Place

_RULE = re.compile(r"\bNOPASSWD\s*:|!\s*authenticate\b|\bpermit\s+nopass\b")
_UID = re.compile(r"-[A-Za-z]{0,8}u|--uid")
_ZERO = re.compile(r"(?:-[A-Za-z]{0,8}u|--uid=)0+")


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("RUN", "COPY", "ADD"):
        written = [command for command in step.commands if _RULE.search(" ".join(command.words))]
        for command in written:
            yield Place(shown(command.words), command.line, command.end_line)
        if not written and any(_RULE.search(heredoc.content) for heredoc in step.instruction.heredocs):
            yield of_step(step, f"{step.keyword} writes a rule without a password")
    for call in document.calls("useradd", "adduser", "usermod"):
        if _is_root(call):
            yield of_call(call, f"{call.command.program} makes an account with uid 0")


def _is_root(call: Call) -> bool:
    words = call.command.words
    pairs = pairwise(words)
    return any(_ZERO.fullmatch(word) for word in words) or any(
        _UID.fullmatch(word) and following.strip("0") == "" and following for word, following in pairs
    )


CHECK = Check(
    id="DKR-102",
    title="Root without password is set up (NOPASSWD, uid 0)",
    severity="medium",
    why="Any process of that user becomes root without a password: USER protects no more.",
    fix="Remove sudo and doas from the image: install as root during the build, and switch with USER at the end.",
    references=("CWE-250",),
    inspect=inspect,
)
