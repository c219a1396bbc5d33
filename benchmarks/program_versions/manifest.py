"""The cases: which file of which release of an artefact is which version of a program."""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from benchmarks.program_versions.artefacts import Artefact

HERE = Path(__file__).parent
HALVES = (
    *("development", "held_out", "third", "fourth_development", "fourth_held_out", "fifth"),
    *("well_known", "sixth_development", "sixth_held_out", "seventh_development", "seventh_held_out"),
    *("eighth_development", "eighth_held_out", "ninth_development", "ninth_held_out"),
)


class Case(NamedTuple):
    program: str  # "openssl in node" is the OpenSSL that is linked into Node
    version: str
    artefact: Artefact
    path: str
    known_by: str
    place: str = ""  # in an image, if it is not that of the artefact

    @property
    def product(self) -> str:
        return self.program.partition(" in ")[0]

    @property
    def is_library(self) -> bool:
        return ".so" in PurePosixPath(self.path).suffixes


def read_cases() -> list[Case]:
    sets = ("manifest", "third", "fourth", "fifth", "well_known", "sixth", "seventh", "eighth", "ninth")
    return [case for name in sets for case in _cases(name)]


def half(case: Case) -> str:
    """The half a case belongs to, by the name of its program alone: rules are written with the development halves. Or "third",
    "fifth" or "well_known", of the sets that are not halved."""
    for name in ("third", "fifth", "well_known"):
        if case in _set(name):
            return name
    if case in _set("sixth"):
        return f"sixth_{HALVES[_parity(f'six{case.program}')]}"
    parity = _parity(case.program)
    for name in ("eighth", "ninth"):
        if case in _set(name):
            return f"{name}_{HALVES[parity]}"
    if case in _set("seventh"):
        return f"seventh_{HALVES[parity if case.artefact.registry == 'debian' else 0]}"
    return f"fourth_{HALVES[parity]}" if case in _set("fourth") else HALVES[parity]


def read_names() -> dict[str, frozenset[str]]:
    """Other names that a product goes by."""
    lines = (HERE / "names.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {product: frozenset(names.split()) for product, names in rows}


def same_name(product: str, name: str, kind: str, names: dict[str, frozenset[str]]) -> bool:
    """A Go module goes by its path if names.tsv has one, else by the last part of its path."""
    module, known = re.sub(r"/v\d+$", "", name.lower()), {product, *names.get(product, ())}
    paths = {path for path in known if "/" in path} if kind == "golang" else set()
    return module in paths if paths else bool({module, module.rpartition("/")[2]} & known)


def same_version(expected: str, version: str) -> bool:
    """Also with build metadata: Node's OpenSSL calls itself 3.0.10+quic."""
    version = version.removeprefix("v").removeprefix("go")
    return expected in (version, version.partition("+")[0])


def chosen(cases: Iterable[Case], wanted_half: str | None, program: str | None) -> list[Case]:
    return [
        case
        for case in cases
        if (not wanted_half or half(case) == wanted_half) and (not program or program in (case.program, case.product))
    ]


def _cases(name: str) -> list[Case]:
    return [_case(line) for line in (HERE / f"{name}.tsv").read_text().splitlines() if line and not line.startswith("#")]


@cache
def _set(name: str) -> frozenset[Case]:
    return frozenset(_cases(name))


def _parity(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0] % 2


def _case(line: str) -> Case:
    program, version, registry, name, release, path, known_by, *place = line.split("\t")
    return Case(program, version, Artefact(registry, name, release), path, known_by, *place)
