"""Imitations by every technique are recognised."""

import runpy
from collections import Counter

import pytest

from careen.behaviour.lookalikes.compare import imitated
from careen.behaviour.lookalikes.popular import TYPES
from tests.conftest import ROOT

MAKE = runpy.run_path(str(ROOT / "benchmarks" / "behaviour" / "imitations.py"))


@pytest.mark.parametrize("type", TYPES.values())
@pytest.mark.parametrize("seed", [11, 12])
def test_nine_of_ten_are_recognised(type, seed):
    made = MAKE["imitations"](type, 500, seed)
    assert {technique for technique, _, _ in made} >= {"omission", "letter of another script", "separator", "added word"}
    missed = Counter(technique for technique, _, name in made if not imitated(type, name))
    assert missed.total() <= 50, missed
