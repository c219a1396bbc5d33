"""What the model thinks of items."""

import pytest

from careen.behaviour.undisclosed.classifier import FILE, model, packed, scored


@pytest.mark.parametrize(
    "item", ["Fix heap buffer overflow with crafted image", "Fix use-after-free when parsing malformed files"]
)
def test_fixes_score_above_the_threshold_and_say_why(item):
    score = scored(item)
    assert score.probability >= model().threshold
    assert score.words


@pytest.mark.parametrize(
    "item", ["Update Dutch translation", "Bump Standards-Version to 4.6.2", "New upstream release", "", "d/watch: fix URL"]
)
def test_ordinary_items_score_below(item):
    assert scored(item).probability < model().threshold


def test_the_model_is_dated_and_small():
    assert model().as_of > "2025"
    assert FILE.stat().st_size < 200_000
    assert packed(model()) == FILE.read_bytes()
