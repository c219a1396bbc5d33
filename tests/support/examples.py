"""The examples of checks: ``tests/checks/<target>/<ID>.yaml`` lists documents that ``pass`` a check and that ``fail`` it.

A document is its text, or ``BASE: TEXT``: a document of ``bases.yaml`` with the text, indented, in the place of its ``<>``.
"""

import re
import textwrap
from functools import cache
from pathlib import Path

import yaml
from msgspec import Struct

ROOT = Path(__file__).parents[1] / "checks"
_SLOT = re.compile(r"(?m)^( *)<>\n")


class Examples(Struct, frozen=True):
    passing: tuple[str, ...]
    failing: tuple[str, ...]


@cache
def examples_of(target: str, id: str) -> Examples:
    """Of a check; each list is empty if nobody has written one."""
    path = ROOT / target / f"{id}.yaml"
    known = _read(path) if path.is_file() else {}
    return Examples(*(tuple(map(_text, known.get(key, ()))) for key in ("pass", "fail")))


def ids_with_examples(target: str) -> set[str]:
    return {path.stem for path in (ROOT / target).glob("*.yaml")}


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
