"""Short ways to describe a kind: tokens that are known by themselves, and values that are known by what stands beside them."""

from collections.abc import Callable

from ..decoys import crossed_out, embedded, interrupted, longer, recased, shorter
from ..draws import Draws
from ..places import ANYWHERE, ASSIGNED
from ..vectors import Change, Decoy, Kind, Least, Place

Wrong = tuple[tuple[str, Change], ...]

CROSSED = ("crossed out", crossed_out)
FIXED: Wrong = (  # of one length
    ("too short", shorter),
    ("too long", longer),
    ("a part of a longer text", embedded),
    ("an alien character", interrupted),
    ("the prefix in the other case", recased),
    CROSSED,
)
OPEN: Wrong = (  # of many lengths
    ("the beginning alone", lambda draws, value: value[: min(12, len(value) // 3)]),
    ("the prefix in the other case", recased),
    CROSSED,
)
_NAMED: Wrong = (("too short", shorter), ("too long", longer), CROSSED)


def token(
    name: str,
    made: Callable[[Draws], str],
    names: str,
    start: str,
    wrong: Wrong = FIXED,
    samples: tuple[str, ...] = (),
    decoys: tuple[Decoy, ...] = (),
    places: tuple[Place, ...] = ANYWHERE,
) -> Kind:
    """Known by its beginning, its letters and its length."""
    return Kind(name, made, tuple(names.split()), places, wrong, samples, decoys, start)


def named(
    name: str,
    made: Callable[[Draws], str],
    names: str,
    wrong: Wrong = _NAMED,
    samples: tuple[str, ...] = (),
    decoys: tuple[Decoy, ...] = (),
    places: tuple[Place, ...] = ASSIGNED,
    least: Least = "likely",
) -> Kind:
    """Known by its form and by the issuer's name beside it: without the name it is any random text."""
    from ..decoys import standing_alone

    alone = standing_alone("without its name", made)
    return Kind(name, made, tuple(names.split()), places, wrong, samples, (*decoys, alone), least=least)
