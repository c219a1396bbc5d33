"""How likely an item of a changelog describes the fix of a vulnerability that it does not name.

Rules name the class of the weakness; a logistic model over words weighs the whole item. Each score can be explained by the
words that made it. Changelogs of distributions describe little but packaging and fixes, those of projects describe everything
else too, so each kind has a model: ``benchmarks/behaviour/train_fixes.py`` makes ``words.json``, ``train_project_fixes.py``
beside it ``project-words.json``.
"""

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from careen.safety.typed import from_json

from .classes import weakness_of
from .items import features_of, plain

FILE = Path(__file__).with_name("words.json")
PROJECTS_FILE = Path(__file__).with_name("project-words.json")


class Model(Struct, frozen=True):
    as_of: str
    data: str
    bias: float
    threshold: float
    weights: dict[str, float]


class Scored(Struct, frozen=True):
    probability: float
    weakness: str  # "" if no rule names one
    words: tuple[str, ...]  # those of the highest weight, the heaviest first


@cache
def model(file: Path = FILE) -> Model:
    return from_json(file.read_bytes(), Model)


def words_of(item: str) -> tuple[str, ...]:
    """The features of an item: the class of weakness that it names, after ``=``, and its words."""
    return (f"={weakness_of(plain(item))}", *features_of(item))


def scored(item: str, known: Model | None = None, beside: Sequence[str] = ()) -> Scored:
    """The probability that an item describes a fix, with the words that raise it. ``known`` None: the model for distributions'
    changelogs. ``beside``: features of the whole entry that contains the item."""
    known = known or model()
    features = (*words_of(item), *beside)
    weights = {feature: known.weights[feature] for feature in features if feature in known.weights}
    total = known.bias + sum(weights.values())
    heaviest = sorted(
        (word for word, weight in weights.items() if weight > 0 and word[0] != "="), key=lambda word: -weights[word]
    )
    return Scored(1 / (1 + math.exp(-max(min(total, 30.0), -30.0))), features[0][1:], tuple(heaviest[:5]))


def packed(known: Model) -> bytes:
    return msgspec.json.format(msgspec.json.encode(known, order="sorted"), indent=1)
