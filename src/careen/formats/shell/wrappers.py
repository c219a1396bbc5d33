"""Commands that run another command: ``sudo``, ``env``, ``xargs``, ``poetry run`` …, and shells with ``-c``."""

import re
from collections.abc import Sequence

SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh", "mksh"))
_USERS = frozenset(("su", "runuser"))  # they run the script of -c as another user
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
    "busybox": "",
    "chroot": "",
    "dumb-init": "r",
    "fakeroot": "lsb",
    "flock": "wE",
    "linux32": "",
    "linux64": "",
    "runuser": "ugGw",
    "setarch": "",
    "setpriv": "",
    "tini": "pe",
    "unshare": "SG",
    "xvfb-run": "efnpsw",
}
# Long options of wrappers whose value is the next word.
_LONG = {
    "runuser": ("--user", "--group", "--supp-group", "--whitelist-environment"),
    "setpriv": (
        *("--reuid", "--ruid", "--euid", "--regid", "--rgid", "--egid", "--groups", "--inh-caps", "--ambient-caps"),
        *("--bounding-set", "--securebits", "--pdeathsig", "--selinux-label", "--apparmor-profile", "--ptracer"),
    ),
    "conda": ("--name", "--prefix", "--cwd"),
    "mamba": ("--name", "--prefix", "--cwd"),
    "micromamba": ("--name", "--prefix", "--root-prefix", "--cwd"),
    "uv": ("--with", "--python", "--extra", "--group", "--project", "--directory", "--package", "--env-file"),
}
_BEFORE = {"timeout": 1, "gosu": 1, "su-exec": 1, "chroot": 1, "flock": 1}  # arguments of the wrapper before the command
# Programs that run another command after one of these words, and their options that take a value.
_RUNNERS: dict[str, tuple[str, str]] = {
    "conda": ("run", "np"),
    "hatch": ("run", ""),
    "mamba": ("run", "np"),
    "micromamba": ("run", "npr"),
    "pdm": ("run", "p"),
    "pipenv": ("run", ""),
    "poetry": ("run", ""),
    "rye": ("run", ""),
    "uv": ("run", "pw"),
    "bundle": ("exec", ""),
    "mise": ("exec", ""),
    "asdf": ("exec", ""),
    "pyenv": ("exec", ""),
    "rbenv": ("exec", ""),
}
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")


def program_of(words: Sequence[str]) -> str:
    """The name of the program without its folder."""
    return words[0].rpartition("/")[2] if words else ""


def unwrapped(words: Sequence[str]) -> tuple[str, ...]:
    """The command that ``sudo``, ``env``, ``xargs`` or the like runs; () if ``words`` wrap none."""
    program = program_of(words)
    if program in _WRAPPERS:
        return _after_options(words, 1, program, _WRAPPERS[program])
    if program in _RUNNERS:
        word, valued = _RUNNERS[program]
        return _after_options(words, 2, program, valued) if list(words[1:2]) == [word] else ()
    if program in ("ruby", "jruby", "truffleruby") and list(words[1:2]) == ["-S"]:
        return tuple(words[2:])
    if program == "scl" and list(words[1:2]) == ["enable"] and "--" in words:
        return tuple(words[list(words).index("--") + 1 :])
    return ()


def _after_options(words: Sequence[str], at: int, program: str, valued: str) -> tuple[str, ...]:
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            break
        if word.startswith("--"):
            at += 2 if word in _LONG.get(program, ()) else 1
        elif program in ("env", "sudo") and _ASSIGNED.match(word):
            at += 1
        elif word.startswith("-") and len(word) > 1:
            at += 2 if word[-1] in valued and len(word) == 2 else 1
        else:
            break
    return tuple(words[at + _BEFORE.get(program, 0) :])


def script_within(words: Sequence[str]) -> str:
    """The script that ``sh -c``, ``su -c``, ``scl enable`` or ``eval`` runs; "" if there is none."""
    program = program_of(words)
    if program == "eval":
        return " ".join(words[1:])
    if program == "scl":
        return words[-1] if list(words[1:2]) == ["enable"] and len(words) > 3 and "--" not in words else ""
    if program not in SHELLS and program not in _USERS:
        return ""
    following = iter(words[1:])
    for word in following:
        if re.fullmatch(r"-[a-z]*c", word) or (program in _USERS and word == "--command"):
            script = next(following, "")
            return next(following, "") if script == "--" else script
        if program in _USERS and word.startswith("--command="):
            return word.partition("=")[2]
        if re.fullmatch(r"[-+][a-z]*o", word):
            next(following, "")
    return ""
