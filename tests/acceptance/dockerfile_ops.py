"""``dockerfile_parse``, ``shell_word``, ``shell_words``, ``json_array``, ``dockerfile_labels``, ``dockerfile_lint``."""

from typing import Any

from careen.formats.dockerfile.parse import Instruction, json_array, parse
from careen.formats.dockerfile.words import expand, split


def dockerfile_parse(request: dict[str, Any]) -> list[Any]:
    return [_tree(instruction) for instruction in parse(request["text"]).instructions]


def _tree(one: Instruction) -> list[Any]:
    """A peer's S-expression as it is divided at blanks: brackets of the list of flags cling to their neighbours."""
    if one.trigger is not None:
        return ["onbuild", _tree(one.trigger)]
    flags: list[str] = []
    if len(one.flags) == 1:
        flags = [f'["{one.flags[0]}"]']
    elif one.flags:
        flags = [f'["{one.flags[0]}"', *one.flags[1:], "]"]
    return [one.keyword.lower(), *flags, *one.words]


def shell_word(request: dict[str, Any]) -> str:
    return expand(request["word"], _environment(request))


def shell_words(request: dict[str, Any]) -> list[str]:
    return split(request["word"], _environment(request))


def _environment(request: dict[str, Any]) -> dict[str, str]:
    return dict(reversed([entry.partition("=")[::2] for entry in request.get("env", ())]))


def read_array(request: dict[str, Any]) -> list[str]:
    return list(json_array(request["text"]))


OPS = {
    "dockerfile_parse": dockerfile_parse,
    "shell_word": shell_word,
    "shell_words": shell_words,
    "json_array": read_array,
}
