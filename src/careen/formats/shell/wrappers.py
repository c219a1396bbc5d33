"""Commands that run another command: ``sudo``, ``env``, ``xargs`` …, and shells with ``-c``."""

import re
from collections.abc import Sequence

SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh", "mksh"))
# Options of wrappers that take a value.
_WRAPPERS: dict[str, str] = {
    "sudo": "CDghpRrTtUu",
    "doas": "Cu",
    "env": "uCS",
    "exec": "a",
    "command": "",
    "builtin": "",
    "nohup": "",
    "time": "fo",
    "nice": "n",
    "ionice": "cnp",
    "chronic": "",
    "eatmydata": "",
    "setsid": "",
    "stdbuf": "ioe",
    "timeout": "ks",
    "gosu": "",
    "su-exec": "",
    "xargs": "adEeIiLlnPs",
    "catchsegv": "",
    "retry": "",
}
_BEFORE = {"timeout": 1, "gosu": 1, "su-exec": 1}  # arguments of the wrapper before the command
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")


def program_of(words: Sequence[str]) -> str:
    """The name of the program without its folder."""
    return words[0].rpartition("/")[2] if words else ""


def unwrapped(words: Sequence[str]) -> tuple[str, ...]:
    """The command that ``sudo``, ``env``, ``xargs`` or the like runs; () if ``words`` wrap none."""
    program = program_of(words)
    if program not in _WRAPPERS:
        return ()
    valued = _WRAPPERS[program]
    at = 1
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            break
        if word.startswith("--") or (program in ("env", "sudo") and _ASSIGNED.match(word)):
            at += 1
        elif word.startswith("-") and len(word) > 1:
            at += 2 if word[-1] in valued and len(word) == 2 else 1
        else:
            break
    return tuple(words[at + _BEFORE.get(program, 0) :])


def script_within(words: Sequence[str]) -> str:
    """The script that ``sh -c``, ``su -c`` or ``eval`` runs; "" if there is none."""
    program = program_of(words)
    if program == "eval":
        return " ".join(words[1:])
    if program not in SHELLS and program != "su":
        return ""
    following = iter(words[1:])
    for word in following:
        if re.fullmatch(r"-[a-z]*c", word) or (program == "su" and word == "--command"):
            return next(following, "")
        if program == "su" and word.startswith("--command="):
            return word.partition("=")[2]
        if re.fullmatch(r"[-+][a-z]*o", word):
            next(following, "")
    return ""
