"""The flags that a further command needs, so that it sees what this one saw: those of this command that it has too."""

import argparse
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .arguments import Parser, given

# Of messages and of the form of a report: they change nothing of what is seen.
_QUIET = frozenset(("quiet", "no_progress", "log_level", "verbose", "format", "output"))


def flags_again(arguments: argparse.Namespace) -> Mapping[str, str]:
    """For the commands that a report proposes, by their names: text that follows the command."""
    flags = given(arguments)
    config = ["--config", str(arguments.config)] if getattr(arguments, "config", None) else []
    if not flags.keys() - _QUIET and not config:
        return {}
    from . import db, fix, scan

    parsers: dict[str, Callable[[], Parser]] = {
        "careen fix": fix.parser,
        "careen scan": scan.parser,
        "careen db update": db.parser,
    }
    found = {command: [*_words(flags, make()), *config] for command, make in parsers.items()}
    return {command: shlex.join(words) for command, words in found.items() if words}


def _words(flags: Mapping[str, Any], parser: Parser) -> Iterator[str]:
    from careen.config import field_by_key, is_switch

    taken = {action.dest for action in parser._actions}
    for key, value in flags.items():
        if key in _QUIET or key not in taken:
            continue
        name = key.replace("_", "-")
        if is_switch(field_by_key()[key]):
            off = name.removeprefix("no-") if name.startswith("no-") else f"no-{name}"
            yield f"--{name if value else off}"
        elif isinstance(value, list):
            yield from (word for part in value for word in (f"--{name}", str(part)))
        else:
            yield from (f"--{name}", str(value))
