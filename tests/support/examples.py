"""The examples of checks: ``tests/checks/<target>/<ID>.yaml`` lists documents that ``pass`` a check and that ``fail`` it.

A document is its text, or ``BASE: TEXT``: a document of ``bases.yaml`` with the text, indented, in the place of its ``<>``.
"""

import re
import textwrap
from functools import cache
from pathlib import Path

import yaml
from msgspec import Struct

from careen.plugins import Check

ROOT = Path(__file__).parents[1] / "checks"
_SLOT = re.compile(r"(?m)^( *)<>\n")


class Examples(Struct, frozen=True):
    passing: tuple[str, ...]
    failing: tuple[str, ...]


def examples_of(target: str, check: Check) -> Examples:
    """Those of its file, or those that a check from outside brings along."""
    return read_examples(target).get(check.id) or Examples(check.good, check.bad)


@cache
def read_examples(target: str) -> dict[str, Examples]:
    """All of a target, by the ids of its checks."""
    known = {path.stem: _read(path) for path in sorted((ROOT / target).glob("*.yaml"))}
    return {id: Examples(*(tuple(map(_text, one.get(key, ()))) for key in ("pass", "fail"))) for id, one in known.items()}


def _text(entry: str | dict[str, str]) -> str:
    if isinstance(entry, str):
        return entry
    ((base, text),) = entry.items()
    return _SLOT.sub(lambda slot: textwrap.indent(text, slot[1]), _bases()[base])


@cache
def _bases() -> dict[str, str]:
    return _read(ROOT / "bases.yaml")


def _read(path: Path):
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
