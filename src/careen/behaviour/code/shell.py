"""Dangerous code in shell scripts: what is downloaded and run, what is not verified, what is evaluated.

Raises: ValueError for a script that is too large or takes too long.
"""

from collections.abc import Iterator

from careen.formats.shell.syntax import Command, piped, read_script
from careen.safety.pattern import pattern

from .rules import Match

_LOADERS = frozenset(("curl", "wget", "fetch"))
_RUNNERS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python2", "python3", "perl", "ruby", "node", "php"))
_FETCHED = pattern(r"\$\(\s*(?:curl|wget)\b|`\s*(?:curl|wget)\b|<\(\s*(?:curl|wget)\b")
_VARIABLE = pattern(r"\$(?:[A-Za-z_@*#0-9]|\{|\()|`")
_SECRET = pattern(r"(?i)(?:^|_)(?:password|passwd|pwd|secret|api_?key|token)$")
_UNVERIFIED = pattern(r"(?i)\bhttp\.(?:\S{0,200}\.)?sslverify[ =](?:false|0|no|off)\b")
_LINE_END = pattern(r"\n")
_TEMPORARY = pattern(r"^/(?:var/)?tmp/[\w.-]{0,100}\$(?:\$|\{?RANDOM\}?)")


def shell_matches(data: bytes) -> Iterator[Match]:
    text = data.decode("utf-8", "replace")
    starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
    script = read_script(text, starts, range(1, len(starts) + 1))
    for command in script.commands:
        yield from _command(command)
        yield from _assignments(command)
    for command, before in piped(script.commands):
        if command.program in _RUNNERS and len(command.words) <= 3 and any(earlier.program in _LOADERS for earlier in before):
            yield Match("COD-019", command.line, f"{command.program} runs what is downloaded")


def _command(command: Command) -> Iterator[Match]:
    program, words = command.program, command.words[1:]
    flags = frozenset(word.partition("=")[0] for word in words if word.startswith("-"))
    short = {letter for word in words if word.startswith("-") and not word.startswith("--") for letter in word[1:]}
    text = " ".join(words)[:10_000]
    if program in ("eval", "sh", "bash", "source", ".") and _FETCHED.search(text):
        yield Match("COD-019", command.line, f"{program} runs what is downloaded")
    elif program == "eval" and _VARIABLE.search(text) and not text.startswith(("$(", "`")):
        yield Match("COD-002", command.line, "eval of a text that is not constant")
    elif program == "curl" and (flags & {"--insecure", "--proxy-insecure"} or "k" in short):
        yield Match("COD-005", command.line, "curl verifies no certificate")
    elif program == "wget" and "--no-check-certificate" in flags:
        yield Match("COD-005", command.line, "wget verifies no certificate")
    elif program in ("ssh", "scp", "sftp", "rsync") and "stricthostkeychecking=no" in text.lower():
        yield Match("COD-005", command.line, f"{program} accepts any host key")
    elif program == "git" and _UNVERIFIED.search(text):
        yield Match("COD-005", command.line, "git verifies no certificate")
    elif program == "chmod" and any(_is_open(word) for word in words):
        yield Match("COD-017", command.line, "chmod lets everybody write")
    elif program in ("ftp", "telnet", "rsh", "rlogin"):
        yield Match("COD-016", command.line, f"{program} encrypts nothing")
    elif program == "mktemp" and (flags & {"--dry-run"} or "u" in short):
        yield Match("COD-015", command.line, "mktemp names a file without creating it")
    for redirect in command.redirects:
        if redirect.operator in (">", ">>", "&>", ">|") and _TEMPORARY.search(redirect.target):
            yield Match("COD-015", command.line, "a temporary file has a predictable name", "low")


def _assignments(command: Command) -> Iterator[Match]:
    for name, value in command.assignments:
        value = value.strip("'\"")
        if _SECRET.search(name) and len(value) > 2 and not _VARIABLE.search(value) and not value.startswith("/"):
            yield Match("COD-012", command.line, f"{name} has a value of {len(value)} letters in the script")
        elif name in ("NODE_TLS_REJECT_UNAUTHORIZED", "PYTHONHTTPSVERIFY") and value == "0":
            yield Match("COD-005", command.line, f"{name} is 0")
        elif name == "GIT_SSL_NO_VERIFY" and value.lower() in ("1", "true"):
            yield Match("COD-005", command.line, f"{name} is {value}")


def _is_open(mode: str) -> bool:
    if mode.isdigit():
        return len(mode) in (3, 4) and int(mode[-1]) & 2 == 2 and not (len(mode) == 4 and mode[0] in "1")
    who, plus, what = mode.partition("+")
    return bool(plus) and "w" in what and (who in ("a", "o") or "o" in who) and who.isalpha()
