"""What the model thinks of items."""

import pytest

from careen.behaviour.undisclosed.classifier import FILE, PROJECTS_FILE, model, packed, scored, words_of


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


@pytest.mark.parametrize("file", [FILE, PROJECTS_FILE])
def test_a_model_is_dated_and_small(file):
    assert model(file).as_of > "2025"
    assert file.stat().st_size < 200_000
    assert packed(model(file)) == file.read_bytes()


def test_the_circumstances_of_a_release_count():
    known = model(PROJECTS_FILE)
    item = "Escape the name of the file in the header"
    alone = scored(item, known, ("release: up to 1 changes", "release: correction", "release: same day as another"))
    among_many = scored(item, known, ("release: many changes", "release: features"))
    assert alone.probability > among_many.probability


def test_addresses_name_no_weakness():
    assert words_of("Add a page https://example.org/sanitize/xss")[0] == "="
    assert words_of("Fix a cross-site request")[0] == "=injection"
