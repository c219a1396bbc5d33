"""What a kind of secret consists of."""

import hashlib
from collections.abc import Callable
from typing import Literal, NamedTuple

from .draws import Draws

Half = Literal["development", "held_out"]
Least = Literal["likely", "possible"]
Change = Callable[[Draws, str], str]


class Placed(NamedTuple):
    """A file with a value in it, as it is written there."""

    path: str
    text: str
    value: str


Place = Callable[[Draws, str, str], Placed]  # the name and the value that stand there


class Decoy(NamedTuple):
    """A file that only looks like one of a kind, and why it holds no secret."""

    why: str
    made: Callable[[Draws], Placed]


class Kind(NamedTuple):
    """``names`` are those of the setting that holds the value, as an environment variable has them.

    ``wrong`` are changes that leave something the issuer never made. ``least`` is the confidence that a reader can have:
    ``possible`` if only a name and randomness distinguish such a value.
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
