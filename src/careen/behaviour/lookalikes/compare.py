"""Which popular name a name imitates.

Only the most popular names are protected. A slip counts if the changed word is long, and the difference is neither a version
nor at the beginning or end of the word: such names are mostly honest (``preact``, ``parse5``).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from msgspec import Struct

from careen.safety.pattern import pattern

from .popular import TYPES, Names, names_of, spelled, without_case
from .techniques import MAX_LETTERS, SEPARATORS, Slip, Technique, latin, skeleton, slip, without_separators, words_of

PROTECTED = 1_000  # names of an ecosystem
SHORTEST = 5  # protected name
LETTERS: dict[Technique, int] = {  # that the imitated name has at least
    "transposition": 5, "repetition": 5, "omission": 6, "keyboard": 5, "vowel": 5, "added letter": 8, "replaced letter": 8,
}  # fmt: skip
LONG = 7  # in a name of one word with so many letters, a slip at the beginning or end counts too
SHORTEST_WORD, SHORTEST_REORDERED = 2, 9
SHORTEST_SPLIT = 10  # a shorter name in two words is mostly an honest one
# Words that make a name sound official, repaired or handy. Words of ordinary plug-ins ("core", "utils", "cli") are left out.
ADDED = frozenset({
    "official", "original", "real", "secure", "secured", "security", "fixed", "patched", "latest", "updated", "upgrade",
    "new", "premium", "free", "install", "installer", "downloader", "mirror", "fork", "copy", "backup", "dev",
    "development", "prod", "demo", "login", "auth", "token", "wallet", "helper", "lib", "libs", "library", "module",
    "pkg", "tool", "py", "py3", "python", "python3", "pip", "gem", "go", "golang", "common", "internal", "private",
    "public", "team", "org", "inc",
})  # fmt: skip
_WORD = pattern(r"[^-_./@]+")
_DIGITS = pattern(r"[0-9]+")


class Imitation(Struct, frozen=True):
    name: str
    target: str
    technique: Technique
    rank: int  # of the target; 0 is the most popular


def imitated(type: str, name: str) -> Imitation | None:
    """The popular name that ``name`` imitates, and how; None if ``name`` is established itself or imitates none. ``type`` is a
    purl type."""
    index = _index(type)
    name = spelled(type, name)
    if not index.ranks or len(name) > MAX_LETTERS or name in index.popular or without_case(name) in index.established:
        return None
    for target, technique in index.like(name):
        return Imitation(name, target, technique, index.ranks[target])
    return None


@cache
def _vocabulary() -> frozenset[str]:
    """The words of all ecosystems' names: if the changed word is one of them, the name is mostly an honest one."""
    known = [names_of(type) for type in TYPES.values()]
    return frozenset(word for names in known for name in (*names.popular, *names.established) for word in _WORD.findall(name))


@cache
def _index(type: str) -> "_Index":
    return _Index(names_of(type))


class _Index:
    def __init__(self, names: Names) -> None:
        self.popular, self.established = frozenset(names.popular), names.established
        self._vocabulary = _vocabulary()
        self.ranks = {name: rank for rank, name in enumerate(names.popular[:PROTECTED]) if len(name) >= SHORTEST}
        self._without_one: dict[str, list[str]] = defaultdict(list)
        self._skeletons: dict[str, str] = {}
        self._bare: dict[str, str] = {}
        self._flat: dict[str, str] = {}  # scoped names, with a dash between scope and name
        self._words: dict[tuple[str, ...], str] = {}
        for name in self.ranks:
            self._skeletons.setdefault(skeleton(name), name)
            self._bare.setdefault(without_separators(name), name)
            if name.startswith("@"):
                self._flat.setdefault(name[1:].replace("/", "-"), name)
            if _is_reorderable(words := words_of(name)):
                self._words.setdefault(tuple(sorted(words)), name)
            for text in _without_one(name):
                self._without_one[text].append(name)

    def like(self, name: str) -> Iterator[tuple[str, Technique]]:
        """Yields the popular names that ``name`` may imitate, each with the technique, the surest first."""
        plain = latin(name)
        if not name.isascii() and (target := plain if plain in self.ranks else self._skeletons.get(skeleton(name))):
            yield target, "homoglyph"
        elif target := self._skeletons.get(skeleton(name)):
            yield target, "similar letters"
        bare = without_separators(name)
        target = self._bare.get(bare, "")
        if target and (len(name) < len(target) or len(bare) >= SHORTEST_SPLIT):
            yield target, "separators"
        yield from self._slips(name)
        words = words_of(name)
        if _is_reorderable(words) and (target := self._words.get(tuple(sorted(words)))):
            yield target, "word order"
        if target := self._flat.get(name):
            yield target, "scope"
        yield from self._added(name)

    def _slips(self, name: str) -> Iterator[tuple[str, Technique]]:
        found = {target for text in _without_one(name) for target in self._without_one.get(text, ())}
        for target in sorted(found, key=self.ranks.__getitem__):
            if (made := slip(name, target)) and self._is_telling(made, name, target):
                yield target, made.technique

    def _is_telling(self, made: Slip, name: str, target: str) -> bool:
        """Whether a name with this slip is seldom an honest one."""
        if name + "s" == target or _DIGITS.sub("", name) == _DIGITS.sub("", target):
            return False
        word, place = _word_at(target, made.place)
        shortest = LETTERS[made.technique]
        alone = len(word) == len(target)
        if (
            _word_at(name, made.place)[0] in self._vocabulary
            or len(target) < shortest
            or len(word) < (shortest if alone else 2)
        ):
            return False
        if 0 < place < len(word) - (made.technique == "omission") or made.technique in ("transposition", "repetition"):
            return True
        return made.technique not in ("added letter", "replaced letter") and (not alone or len(word) >= LONG)

    def _added(self, name: str) -> Iterator[tuple[str, Technique]]:
        separators = list(SEPARATORS.finditer(name))
        if not separators:
            return
        first, last = separators[0], separators[-1]
        for target, word in ((name[: last.start()], name[last.end() :]), (name[first.end() :], name[: first.start()])):
            if word in ADDED and target in self.ranks:
                yield target, "added word"


def _word_at(name: str, place: int) -> tuple[str, int]:
    """The word that has the letter at ``place``, and the letter's place in the word; ("", 0) if no word has it."""
    for found in _WORD.finditer(name):
        if found.start() <= place <= found.end():
            return found[0], place - found.start()
    return "", 0


def _is_reorderable(words: tuple[str, ...]) -> bool:
    return len(words) > 1 and sum(map(len, words)) >= SHORTEST_REORDERED and min(map(len, words)) >= SHORTEST_WORD


def _without_one(name: str) -> Iterable[str]:
    """The name, and the name without each one of its letters: two names that are one step apart share one of these texts."""
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}
