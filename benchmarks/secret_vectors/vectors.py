"""The files that are made of a kind: those that hold a secret, and those that only look like it."""

from collections.abc import Iterator
from typing import NamedTuple

from .decoys import decoys
from .draws import Draws
from .kind import Kind
from .variations import varied

SECRETS = 48  # of each kind


class Vector(NamedTuple):
    kind: str
    number: int
    path: str
    text: str
    value: str  # as it is written in the text
    is_secret: bool
    why: str  # "secret", or why it is none


def vectors(kind: Kind, seed: str = "1") -> Iterator[Vector]:
    yield from _secrets(kind, seed)
    yield from _near_misses(kind, seed)


def _secrets(kind: Kind, seed: str) -> Iterator[Vector]:
    places = Draws(f"{seed}/{kind.name}/places").shuffled(kind.places)
    for number in range(SECRETS):
        draws = Draws(f"{seed}/{kind.name}/secret/{number}")
        placed = places[number % len(places)](draws, draws.one(kind.names), kind.made(draws))
        yield Vector(kind.name, number, *varied(draws, placed), is_secret=True, why="secret")


def _near_misses(kind: Kind, seed: str) -> Iterator[Vector]:
    for number, decoy in enumerate(decoys(kind)):
        draws = Draws(f"{seed}/{kind.name}/decoy/{number}")
        yield Vector(kind.name, number, *varied(draws, decoy.made(draws)), is_secret=False, why=decoy.why)
