"""Logistic regression over words, with a rate for each word and a penalty on large weights; and the threshold of a model."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

LEAST = 3  # rows that a word is in, to be learned
MANY = 100  # and if it is in no fix
EPOCHS, RATE, PENALTY = 4, 0.08, 5e-5


class Row(NamedTuple):
    fix: bool
    features: Sequence[str]
    weight: float = 1.0


def fitted(rows: Sequence[Row]) -> tuple[float, dict[str, float]]:
    """Bias and weights."""
    counts = Counter(feature for row in rows for feature in row.features)
    in_fixes = Counter(feature for row in rows if row.fix for feature in row.features)
    kept = [feature for feature, count in counts.items() if count >= LEAST and (in_fixes[feature] or count >= MANY)]
    places = {feature: place for place, feature in enumerate(kept)}
    data = [(row.fix, [places[feature] for feature in row.features if feature in places], row.weight) for row in rows]
    weights, squares = [0.0] * len(kept), [1.0] * len(kept)
    penalties = [PENALTY * len(data) / counts[feature] for feature in kept]
    bias, randomness = 0.0, random.Random(20)
    for _ in range(EPOCHS):
        randomness.shuffle(data)
        for fix, row, weight in data:
            error = weight * (_logistic(bias + sum(map(weights.__getitem__, row))) - fix)
            bias -= 0.01 * error
            for place in row:
                gradient = error + penalties[place] * weights[place]
                squares[place] += gradient * gradient
                weights[place] -= RATE * gradient / math.sqrt(squares[place])
    return round(bias, 3), {word: round(weight, 2) for word, weight in zip(kept, weights, strict=True) if abs(weight) >= 0.1}


def probability(words: Iterable[str], bias: float, weights: Mapping[str, float]) -> float:
    """As ``classifier.scored`` computes it, for words that are known."""
    return _logistic(bias + sum([weights[word] for word in words if word in weights]))


def _logistic(total: float) -> float:
    return 1 / (1 + math.exp(-max(min(total, 30), -30)))


def threshold_for(scores: Iterable[tuple[float, bool]], precision: float) -> float:
    """The lowest with the wanted precision."""
    best = 0.99
    right = wrong = 0
    for score, fix in sorted(scores, reverse=True):
        right, wrong = right + fix, wrong + (not fix)
        if right / (right + wrong) >= precision:
            best = score
    return round(best, 3)
