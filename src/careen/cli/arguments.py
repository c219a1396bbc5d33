"""argparse for all commands: flags made of the settings, and one clear line for a wrong flag."""

import argparse
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NoReturn

from careen.errors import UsageError

from .streams import columns

# Groups of settings that several commands have, in the order of the help.
BOUNDS = ("max_layer_bytes", "max_ratio", "max_seconds", "budget")
ADVISORIES = ("offline", "refresh", "db", "db_max_age", "advisories", "db_from", "db_artifact", "db_root")
LOOKS = (
    "scanners", "exclude", "verify", "origin_kb", "behaviour_parts", "behaviour_rules", "changelogs", "checks_off", "checks_on",
    "check_severity", "checks", "compliance",
)  # fmt: skip
LICENCES = ("licence_deny", "licence_ask", "licence_allow", "licence_except")
ARCHIVE = ("archive", "archive_hosts", "archive_keys")
NETWORK = (
    "registry_username", "docker_config", "mirrors", "private_hosts", "plain_http", "insecure", "ca_file",
    "client_cert", "client_key", "timeout",
)  # fmt: skip
# Short names of the flags that people type most.
SHORT = {"format": "-f", "output": "-o", "severity": "-s", "quiet": "-q"}
_MEANT = {"--port": "--listen", "--bind": "--listen", "--address": "--listen"}  # what other servers call it


class Parser(argparse.ArgumentParser):
    """A parser that raises UsageError instead of ending the process, and accepts no abbreviated flags."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _Formatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        missing = "the following arguments are required: "
        if message.startswith(missing):
            message = f"missing {message.removeprefix(missing)}"
        message = message.removeprefix("argument ")
        raise UsageError(message, f"{self.prog} --help")

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        found, rest = self.parse_known_args(self._separated(arguments))
        flag = next((word for word in rest if word.startswith("-") and word != "-"), None)
        if flag is None:
            rest = self._filled(found, rest)
        if not rest:
            return found
        several = next((action for action in self._actions if action.nargs in ("*", "+") and not action.option_strings), None)
        if flag is None and several is not None:  # argparse takes only those before the first flag
            setattr(found, several.dest, [*getattr(found, several.dest), *rest])
            return found
        if flag is None:
            raise UsageError(f"one argument too many: {rest[0]!r}", f"{self.prog} --help")
        from careen.config import SECRET, field_by_key, nearest

        name = flag.partition("=")[0]
        key = name.removeprefix("--").replace("-", "_")
        if key in field_by_key() and key not in SECRET:
            raise UsageError(f"{self.prog} has no flag {name}", "leave it out: only other commands use this setting")
        known = [option for action in self._actions for option in action.option_strings]
        near = _MEANT[name] if _MEANT.get(name) in known else nearest(name, known)
        raise UsageError(f"unknown flag {name}", f"did you mean {near}?" if near else f"{self.prog} --help lists all")

    def _separated(self, arguments: Sequence[str]) -> list[str]:
        """The arguments, in which a flag whose value may be absent does not take a path or the name of an image that it
        would refuse: ``--files ./app`` is ``--files=all ./app``. A mistyped value remains one."""
        optional = {
            name: action for action in self._actions if action.nargs == "?" and action.const for name in action.option_strings
        }
        made = []
        for word, following in pairwise([*arguments, ""]):
            action = optional.get(word)
            refused = action and any(mark in following for mark in "/:.@") and not self._accepts(action, following)
            made.append(f"{word}={action.const}" if action and refused else word)
        return made

    def _accepts(self, action: argparse.Action, word: str) -> bool:
        try:
            self._check_value(action, self._get_value(action, word))
        except argparse.ArgumentError:
            return False
        return True

    def _filled(self, found: argparse.Namespace, rest: list[str]) -> list[str]:
        """Gives the words to the optional arguments that are absent, from the left, and returns those that are left:
        argparse closes these arguments at the first flag."""
        for action in self._actions:
            if rest and action.nargs == "?" and not action.option_strings and getattr(found, action.dest) is action.default:
                try:
                    value = self._get_value(action, rest[0])
                    self._check_value(action, value)
                except argparse.ArgumentError as error:
                    self.error(str(error))
                setattr(found, action.dest, value)
                rest = rest[1:]
        return rest


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, max_help_position=26, width=columns() - 2, **options)

    def _split_lines(self, text: str, width: int) -> list[str]:
        """Splits text at blanks only: flags, names and paths are not broken, so that they can be copied."""
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False, break_long_words=False)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Fills text as argparse does, but keeps its line breaks and indented lines."""
        lines = ([line] if line.startswith("  ") else self._split_lines(line, width) or [""] for line in text.split("\n"))
        return "\n".join(f"{indent}{part}" for parts in lines for part in parts)


def add_settings(
    parser: argparse.ArgumentParser, title: str, keys: Iterable[str], also: Mapping[str, str] | None = None
) -> argparse._ArgumentGroup:
    """A group of flags for these settings; ``also`` has other names for some. ``config`` checks their values."""
    from careen.config import SECRET, choices, description, field_by_key, is_list, is_switch

    group = parser.add_argument_group(title)
    for key in keys:
        field = field_by_key()[key]
        if key in SECRET:
            continue
        short = [SHORT[key]] if key in SHORT else []
        names = [*short, "--" + key.replace("_", "-"), *(also[key].split() if also and key in also else [])]
        common: dict[str, Any] = {"dest": key, "default": argparse.SUPPRESS, "help": description(field)}
        if is_switch(field):
            group.add_argument(*names, action="store_true", **common)
            off = "--" + key.removeprefix("no_").replace("_", "-") if key.startswith("no_") else "--no-" + key.replace("_", "-")
            group.add_argument(off, action="store_false", **common | {"help": argparse.SUPPRESS})
        else:
            words = choices(field)
            metavar = _metavar(key, words)
            action = "append" if is_list(field) else "store"
            listed = words and len(words) < 5 and not all(word in common["help"] for word in words)
            text = common["help"] + (f": {', '.join(words)}" if listed else "")
            group.add_argument(*names, action=action, metavar=metavar, **common | {"help": text})
    return group


def add_common(parser: argparse.ArgumentParser) -> None:
    from pathlib import Path

    group = add_settings(parser, "general", ("cache_dir", "trust_cache", "log_level", "plugins"))
    group.add_argument("--config", metavar="FILE", type=Path, help="settings file (TOML) to read instead of the user's own")
    group.add_argument("--debug", action="store_true", help="log what is decided and why; show tracebacks of unexpected errors")


def given(found: argparse.Namespace) -> dict[str, Any]:
    """The settings among the arguments, by key."""
    from careen.config import field_by_key

    known = field_by_key()
    flags = {key: value for key, value in vars(found).items() if key in known}
    if getattr(found, "debug", False):
        flags.setdefault("log_level", "debug")
    return flags


def _metavar(key: str, words: tuple[str, ...]) -> str:
    if key in ("severity", "unknown_as"):
        return "SEVERITY"
    named = {"db": "FILE|DAY", "db_max_age": "DAYS", "db_keep": "N", "base": "IMAGE"}
    named |= {
        "scanners": "SCANNERS",
        "fail_on": "CONDITION",
        "vex": "FILE|DIR",
        "baseline": "FILE|IMAGE",
        "grace_days": "N",
        "overdue": "FILE",
    }
    if key in named:
        return named[key]
    ends = {
        "file": "FILE",
        "cert": "FILE",
        "key": "FILE",
        "output": "FILE",
        "dir": "DIR",
        "advisories": "DIR",
        "config": "DIR",
        "plugins": "DIR",
        "kb": "DIR",
    }
    ends |= {"from": "DIR|URL", "bytes": "BYTES", "timeout": "SECONDS", "jobs": "N", "format": "FORMAT[=FILE]"}
    ends |= {"dockerfile": "FILE", "context": "DIR", "exposure": "PATH"}
    if key == "severity_from":
        return "SOURCE"
    ends |= {"mirrors": "HOST=MIRROR", "archive": "URL|DIR|image", "keys": "FILE"}
    ends |= {"artifact": "oci://HOST/NAME", "root": "FILE"}
    last = key.rpartition("_")[2]
    if key == "server":
        return "URL"
    return "LEVEL" if key == "log_level" else ends.get(last, last.upper() if not words else "WORD")
