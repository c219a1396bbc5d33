"""Imitations of popular names, by every technique, from a seed."""

import random
from collections.abc import Callable

from careen.behaviour.lookalikes.popular import names_of, spelled

PROTECTED, SHORTEST = 1_000, 5  # what the scanner states that it protects
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
FOREIGN = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "i": "і", "s": "ѕ", "y": "у", "x": "х"}
SIMILAR = {"o": "0", "l": "1", "m": "rn", "w": "vv", "s": "5", "g": "9"}
# Words that squatters add, by published collections of malicious packages; some are in ordinary names too.
WORDS = (
    "dev", "lib", "pkg", "official", "secure", "helper", "tool", "tools", "utils", "core", "api", "client", "js", "py",
    "python", "latest", "new", "updated", "fixed", "install", "installer", "auth", "token", "login", "pro", "plus",
    "free", "premium", "test", "beta", "internal", "common", "sdk", "wallet", "private", "module", "package", "mirror",
    "backup", "patched",
)  # fmt: skip

Technique = Callable[[str, random.Random], str]


def imitations(type: str, count: int, seed: int) -> list[tuple[str, str, str]]:
    """Technique, target and imitation; none is a popular name. The techniques take turns."""
    randomness = random.Random(f"{type} {seed}")
    names = names_of(type).popular
    popular = set(names)
    targets = [name for name in names[:PROTECTED] if len(name) >= SHORTEST]
    techniques = [name for name in TECHNIQUES if name != "scope" or type == "npm"]
    found: dict[str, tuple[str, str, str]] = {}
    turn = 0
    while len(found) < count:
        technique = techniques[turn % len(techniques)]
        target = randomness.choice(targets)
        name = TECHNIQUES[technique](target, randomness)
        if name and spelled(type, name) != spelled(type, target) and spelled(type, name) not in popular and name not in found:
            found[name] = (technique, target, name)
        turn += 1
    return list(found.values())


def _omission(name: str, randomness: random.Random) -> str:
    place = randomness.randrange(len(name))
    return name[:place] + name[place + 1 :] if name[place].isalpha() else ""


def _repetition(name: str, randomness: random.Random) -> str:
    place = randomness.randrange(len(name))
    return name[:place] + name[place] + name[place:] if name[place].isalpha() else ""


def _transposition(name: str, randomness: random.Random) -> str:
    place = randomness.randrange(len(name) - 1)
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :] if name[place : place + 2].isalpha() else ""


def _replaced_by_neighbour(name: str, randomness: random.Random) -> str:
    place = randomness.randrange(len(name))
    beside = _beside(name[place], randomness)
    return name[:place] + beside + name[place + 1 :] if beside else ""


def _added_neighbour(name: str, randomness: random.Random) -> str:
    place = randomness.randrange(len(name))
    beside = _beside(name[place], randomness)
    return name[: place + 1] + beside + name[place + 1 :] if beside else ""


def _vowel(name: str, randomness: random.Random) -> str:
    places = [place for place, letter in enumerate(name) if letter in "aeiou"]
    if not places:
        return ""
    place = randomness.choice(places)
    return name[:place] + randomness.choice("aeiou") + name[place + 1 :]


def _foreign_letter(name: str, randomness: random.Random) -> str:
    return _one_replaced(name, FOREIGN, randomness)


def _similar_letter(name: str, randomness: random.Random) -> str:
    return _one_replaced(name, SIMILAR, randomness)


def _separator(name: str, randomness: random.Random) -> str:
    places = [place for place, letter in enumerate(name) if letter in "-_."]
    if not places:
        return ""
    place = randomness.choice(places)
    return name[:place] + randomness.choice(["", "", "_", "."]) + name[place + 1 :]


def _word_order(name: str, randomness: random.Random) -> str:
    words = name.split("-")
    return "-".join(words[1:] + words[:1]) if len(words) > 1 and not name.startswith("@") and "/" not in name else ""


def _scope(name: str, randomness: random.Random) -> str:
    return name[1:].replace("/", "-") if name.startswith("@") else ""


def _added_word(name: str, randomness: random.Random) -> str:
    word = randomness.choice(WORDS)
    return f"{name}-{word}" if randomness.random() < 0.7 or name.startswith("@") or "/" in name else f"{word}-{name}"


def _beside(letter: str, randomness: random.Random) -> str:
    row = next((row for row in ROWS if letter in row), "")
    place = row.find(letter)
    near = [row[index] for index in (place - 1, place + 1) if 0 <= index < len(row)] if row and letter.isalpha() else []
    return randomness.choice(near) if near else ""


def _one_replaced(name: str, table: dict[str, str], randomness: random.Random) -> str:
    places = [place for place, letter in enumerate(name) if letter in table]
    if not places:
        return ""
    place = randomness.choice(places)
    return name[:place] + table[name[place]] + name[place + 1 :]


TECHNIQUES: dict[str, Technique] = {
    "omission": _omission,
    "repetition": _repetition,
    "transposition": _transposition,
    "neighbour for a letter": _replaced_by_neighbour,
    "neighbour added": _added_neighbour,
    "vowel": _vowel,
    "letter of another script": _foreign_letter,
    "similar letter": _similar_letter,
    "separator": _separator,
    "word order": _word_order,
    "scope": _scope,
    "added word": _added_word,
}
