"""What a kind of secret consists of, and the files that are made of it."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from .draws import Draws
from .variations import Placed, varied

Half = Literal["development", "held_out"]
Least = Literal["likely", "possible"]
Change = Callable[[Draws, str], str]


class Vector(NamedTuple):
    kind: str
    number: int
    path: str
    text: str
    value: str  # as it is written in the text
    is_secret: bool
    why: str  # "secret", or why it is none


Place = Callable[[Draws, str, str], Placed]  # the name and the value that stand there


class Decoy(NamedTuple):
    """A file that only looks like one of a kind, and why it holds no secret."""

    why: str
    made: Callable[[Draws], Placed]


class Kind(NamedTuple):
    """``names`` are those of the setting that holds the value, as an environment variable has them.

    ``wrong`` are changes that leave something the issuer never made. ``least`` is the confidence that a reader can have:
    ``possible`` if nothing but a name and randomness tells such a value.
    """

    name: str
    made: Callable[[Draws], str]
    names: tuple[str, ...]
    places: tuple[Place, ...]
    wrong: tuple[tuple[str, Change], ...] = ()
    samples: tuple[str, ...] = ()  # that the issuer's documentation prints
    decoys: tuple[Decoy, ...] = ()
    start: str = ""  # of a placeholder for such a value: "ghp_"
    least: Least = "likely"

    @property
    def half(self) -> Half:
        return "held_out" if hashlib.sha256(self.name.encode()).digest()[0] % 2 else "development"


SECRETS = 48  # of each kind


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
    from .decoys import decoys

    for number, decoy in enumerate(decoys(kind)):
        draws = Draws(f"{seed}/{kind.name}/decoy/{number}")
        yield Vector(kind.name, number, *varied(draws, decoy.made(draws)), is_secret=False, why=decoy.why)
