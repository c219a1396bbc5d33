"""How likely an item of a changelog describes the fix of a vulnerability that it does not name.

Rules name the class of the weakness; a logistic model over words, ``words.json``, weighs the whole item. Each score can be
explained by the words that made it. ``benchmarks/behaviour/train_fixes.py`` makes the model.
"""

import math
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from careen.safety.typed import from_json

from .classes import weakness_of
from .items import features_of

FILE = Path(__file__).with_name("words.json")
# The words are learned from a distribution's changelogs, which describe little but packaging and fixes. Those of projects
# describe everything else too: ``benchmarks/behaviour/upstream_fixes.py`` measures from which score six of ten are fixes.
UPSTREAM_THRESHOLD = 0.9


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
def model() -> Model:
    return from_json(FILE.read_bytes(), Model)


def scored(item: str, known: Model | None = None) -> Scored:
    known = known or model()
    weakness = weakness_of(item)
    features = (f"={weakness}", *features_of(item))
    weights = {feature: known.weights[feature] for feature in features if feature in known.weights}
    total = known.bias + sum(weights.values())
    heaviest = sorted(
        (word for word, weight in weights.items() if weight > 0 and word[0] != "="), key=lambda word: -weights[word]
    )
    return Scored(1 / (1 + math.exp(-max(min(total, 30.0), -30.0))), weakness, tuple(heaviest[:5]))


def packed(known: Model) -> bytes:
    return msgspec.json.format(msgspec.json.encode(known, order="sorted"), indent=1)
