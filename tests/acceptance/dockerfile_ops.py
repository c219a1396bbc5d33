"""``dockerfile_parse``, ``shell_word``, ``shell_words``, ``json_array``, ``dockerfile_labels``, ``dockerfile_lint``."""

from functools import cache
from typing import Any

from careen.checks.comments import comments_in_dockerfile
from careen.checks.run import run
from careen.formats.dockerfile.arguments import json_array
from careen.formats.dockerfile.parse import Instruction, parse
from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.dockerfile.words import expand, split
from careen.plugins import Check, load
from tests.acceptance.misconfig_ops import BY_TYPE


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


def dockerfile_lint(request: dict[str, Any]) -> list[str]:
    return sorted({one.id for one in lint(request["text"])})


def lint(text: str) -> tuple[Any, ...]:
    """Every check, those off by default too; what a comment in the file sets aside is left out."""
    document = read_dockerfile(text)
    checks = _checks()
    return run(checks, document, "Dockerfile", comments_in_dockerfile(document, checks)).findings


@cache
def _checks() -> tuple[Check, ...]:
    return load("careen.checks.dockerfile", "CHECK", Check)


def dockerfile_labels(request: dict[str, Any]) -> dict[str, str]:
    """Labels of the last stage with those it builds upon."""
    document = read_dockerfile(request["text"])
    found: dict[str, str] = {}
    for stage in reversed(document.lineage(document.stages[-1])):
        for step in stage.of("LABEL"):
            found.update(
                {step.resolve(name): step.resolve(value, document.escape) for name, value, _ in step.instruction.pairs}
            )
    return found


def misconfig(files: dict[str, str]) -> list[dict[str, Any]]:
    return [{"id": one.id, "path": name, "line": one.location.line} for name, text in files.items() for one in lint(text)]


BY_TYPE["dockerfile"] = misconfig
OPS = {
    "dockerfile_parse": dockerfile_parse,
    "shell_word": shell_word,
    "shell_words": shell_words,
    "json_array": read_array,
    "dockerfile_labels": dockerfile_labels,
    "dockerfile_lint": dockerfile_lint,
}
