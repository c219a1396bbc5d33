"""The flags for a command that a report proposes, so that this command uses the same image with the same settings.

These are the flags of the present command that the proposed command has too. Reports are passed on to others, so
credentials in an address are left out.
"""

import argparse
import shlex
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from .arguments import Parser, given

# Flags that affect messages and the form of a report, but not its content.
_QUIET = frozenset(("quiet", "no_progress", "log_level", "verbose", "format", "output"))
_MODULES = {"careen fix": "fix", "careen scan": "scan", "careen db update": "db"}  # the commands that a report proposes


class FlagsAgain(Mapping[str, str]):
    """Maps the name of a command to the flags that follow it when a report proposes it. Most reports propose few
    commands, so the parser of each is made on request."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._flags = given(arguments)
        config = getattr(arguments, "config", None)
        self._config = ("--config", str(config)) if config else ()
        self._made: dict[str, str] = {}

    def __getitem__(self, command: str) -> str:
        if command not in self._made:
            parser = import_module(f".{_MODULES[command]}", __package__).parser() if self._flags.keys() - _QUIET else None
            self._made[command] = shlex.join((*(_words(self._flags, parser) if parser else ()), *self._config))
        return self._made[command]

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


def _words(flags: Mapping[str, Any], parser: Parser) -> Iterator[str]:
    from careen.config import field_by_key, is_switch, shown

    taken = {action.dest for action in parser._actions}
    for key, value in flags.items():
        if key in _QUIET or key not in taken:
            continue
        name = key.replace("_", "-")
        if is_switch(field_by_key()[key]):
            off = name.removeprefix("no-") if name.startswith("no-") else f"no-{name}"
            yield f"--{name if value else off}"
            continue
        for part in value if isinstance(value, list) else (value,):
            text = shown(key, str(part))
            yield from (f"--{name}={text}",) if text.startswith("-") else (f"--{name}", text)
