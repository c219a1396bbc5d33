"""Files that hold no secret: what stands where one would, and what looks like one and stands elsewhere."""

from collections.abc import Callable

from .draws import ALNUM, Draws
from .kind import Change, Decoy, Kind, Place, Placed
from .places import ASSIGNED, places, sections, template

SPECIFIC = 24  # decoys of a kind itself, at least


def decoys(kind: Kind) -> list[Decoy]:
    own = [*_wrong(kind), *_samples(kind), *kind.decoys]
    own = [own[count % len(own)] for count in range(max(SPECIFIC, len(own)))] if own else []
    return [
        *own,
        *_placeholders(kind),
        *described("references", kind.names),
        *described("decoys/beside-the-name", kind.names),
        *_ANY_KIND,
    ]


def described(group: str, names: tuple[str, ...] = ("NAME",)) -> tuple[Decoy, ...]:
    """Those that a file of ``texts/`` holds: each head is a reason and a path."""
    return tuple(_described(head, text, names) for head, text in sections(group))


def _described(head: str, text: str, names: tuple[str, ...]) -> Decoy:
    why, _, path = head.partition(" | ")
    place = template(path, text)
    return Decoy(why, lambda draws: place(draws, draws.one(names), ""))


# --- values that the issuer never made ------------------------------------------------------------------------------


def shorter(draws: Draws, value: str) -> str:
    return value[: -draws.between(3, max(3, len(value) // 4))]


def longer(draws: Draws, value: str) -> str:
    """Letters and digits after the end: a part of something else."""
    return value + draws.named("alnum", draws.between(9, 30))


def embedded(draws: Draws, value: str) -> str:
    """Letters and digits before the beginning: it stands within a longer text of the same letters."""
    return draws.named("alnum", draws.between(9, 30)) + value


def interrupted(draws: Draws, value: str) -> str:
    """A character that no such value has, in the middle of its random part."""
    place = draws.between(len(value) // 2, len(value) - 3)
    return value[:place] + draws.one(("*", "%", " ", "|")) + value[place + 1 :]


def recased(draws: Draws, value: str) -> str:
    """The first letters in the other case: the prefix is another one."""
    start = next(place for place, letter in enumerate(value) if letter.isalpha())
    end = next((place for place, letter in enumerate(value) if place > start and not letter.isalpha()), len(value))
    return value[:start] + value[start:end].swapcase() + value[end:]


def crossed_out(draws: Draws, value: str) -> str:
    """As a log or a manual shows it."""
    kept = draws.between(3, max(3, min(8, len(value) // 3)))
    return value[:kept] + draws.one(("*", "x", "X", ".")) * (len(value) - kept)


def swapped(draws: Draws, value: str) -> str:
    """The last two different characters change places: the checksum is no longer the value's."""
    place = next(place for place in range(len(value) - 1, 0, -1) if value[place] != value[place - 1])
    return value[: place - 1] + value[place] + value[place - 1] + value[place + 1 :]


_NEUTRAL = places("neutral")  # where an ordinary value stands: a reader must know it by itself


def standing_alone(made: Callable[[Draws], str]) -> Decoy:
    """The value itself, where nothing shows what it is."""
    return Decoy("without its name", lambda draws: draws.one(_NEUTRAL)(draws, "REFERENCE", made(draws)))


def _wrong(kind: Kind) -> list[Decoy]:
    def decoy(why: str, change: Change, places: tuple[Place, ...]) -> Decoy:
        return Decoy(why, lambda draws: draws.one(places)(draws, draws.one(kind.names), change(draws, kind.made(draws))))

    neutral = [decoy(why, change, _NEUTRAL) for why, change in kind.wrong]
    beside_the_name = [decoy(f"{why}, beside the name", change, kind.places) for why, change in kind.wrong]
    return [*neutral, *beside_the_name] if kind.least == "likely" else neutral


def _samples(kind: Kind) -> list[Decoy]:
    def decoy(sample: str) -> Decoy:
        return Decoy("a documented sample", lambda draws: draws.one(kind.places)(draws, draws.one(kind.names), sample))

    return [decoy(sample) for sample in kind.samples]


# --- where the value is not written ---------------------------------------------------------------------------------


def _placeholders(kind: Kind) -> list[Decoy]:
    start, name = kind.start, kind.names[0]
    spoken = name.lower().replace("_", "-")
    texts = (
        "${" + name + "}",
        f"<{spoken}>",
        f"{start}<your-{spoken}>",
        f"{start}{'x' * 24}",
        f"YOUR_{name}",
        f"{start}your-{spoken}-here",
        "changeme",
        "REPLACE_WITH_" + name,
        "{{ " + name.lower() + " }}",
        f"%{name}%",
        "@" + name.lower().replace("_", ".") + "@",
        f"{start}...",
        "********************",
        f"dummy-{spoken}",
    )
    return [Decoy("a placeholder", _assigned(kind, text)) for text in texts]


def _assigned(kind: Kind, text: str) -> Callable[[Draws], Placed]:
    return lambda draws: draws.one(ASSIGNED)(draws, draws.one(kind.names), text)


def _minified(draws: Draws) -> Placed:
    names = [draws.of(ALNUM[:52], 2) for _ in range(300)]
    calls = "".join(f"function {name}(e,t){{return t.key={name}.token||e}};" for name in names)
    return Placed("app/static/vendor.min.js", f"!function(){{{calls}}}();\n", "")


_ANY_KIND = (*described("decoys/lookalikes"), Decoy("minified code", _minified))
