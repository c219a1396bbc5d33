"""Short ways to describe a kind: tokens that are known by themselves, and values that are known by what stands beside them."""

import re
from collections.abc import Callable

from ..decoys import crossed_out, described, embedded, interrupted, longer, recased, shorter, standing_alone, swapped
from ..draws import Draws
from ..kind import Change, Decoy, Kind, Place
from ..places import ANYWHERE, ASSIGNED

Made = str | Callable[[Draws], str]  # a pattern, as Draws.filled has it, or a function
Wrong = tuple[tuple[str, Change], ...]

SHORT = ("too short", shorter)
LONG = ("too long", longer)
PART = ("a part of a longer text", embedded)
ALIEN = ("an alien character", interrupted)
RECASED = ("the prefix in the other case", recased)
CROSSED = ("crossed out", crossed_out)
BEGINNING = ("the beginning alone", lambda draws, value: value[: min(12, len(value) // 3)])
FIXED: Wrong = (SHORT, LONG, PART, ALIEN, RECASED, CROSSED)  # of one length
OPEN: Wrong = (BEGINNING, RECASED, CROSSED)  # of many lengths
UNPREFIXED: Wrong = (BEGINNING, CROSSED)
# A right checksum within a longer text is no accident.
CHECKED: Wrong = (SHORT, ALIEN, RECASED, CROSSED, ("a wrong checksum", swapped))
_LITERAL = re.compile(r"[^{(]*")


def token(
    name: str,
    made: Made,
    names: str,
    wrong: Wrong = FIXED,
    start: str = "",
    samples: tuple[str, ...] = (),
    decoys: str = "",
    places: tuple[Place, ...] = ANYWHERE,
) -> Kind:
    """Known by its beginning, its letters and its length."""
    start = start or (_LITERAL.match(made)[0] if isinstance(made, str) else "")
    return Kind(name, _function(made), tuple(names.split()), places, wrong, samples, _described(decoys), start)


def named(
    name: str,
    made: Made,
    names: str,
    wrong: Wrong = (SHORT, LONG, CROSSED),
    samples: tuple[str, ...] = (),
    decoys: str = "",
) -> Kind:
    """Known by its form and by the issuer's name beside it: without the name it is any random text."""
    made = _function(made)
    return Kind(name, made, tuple(names.split()), ASSIGNED, wrong, samples, (*_described(decoys), standing_alone(made)))


def placed(
    name: str,
    made: Made,
    names: str,
    places: tuple[Place, ...],
    wrong: Wrong = (CROSSED,),
    samples: tuple[str, ...] = (),
    decoys: str = "",
    start: str = "",
    by_name_only: bool = False,
) -> Kind:
    """Known by the place it stands in: a file of a known kind, a second value beside it, a connection string."""
    least = "possible" if by_name_only else "likely"
    return Kind(name, _function(made), tuple(names.split()), places, wrong, samples, _described(decoys), start, least)


def _function(made: Made) -> Callable[[Draws], str]:
    return (lambda draws: draws.filled(made)) if isinstance(made, str) else made


def _described(groups: str) -> tuple[Decoy, ...]:
    return tuple(decoy for group in groups.split() for decoy in described(f"decoys/{group}"))
