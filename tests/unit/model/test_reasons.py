import pytest

from careen.model.reasons import EFFECTS, MADE_BY_GATES, NOT_ACCEPTED, effect_of


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        ("no_database", "blocks"),
        ("end_of_life", "fails"),
        ("unpinned", "note"),
        ("fixed_only", "information"),
        ("of_a_plugin", "note"),
    ],
)
def test_effects(code, effect):
    assert effect_of(code) == effect


def test_other_tables_name_known_codes():
    assert set(NOT_ACCEPTED) | MADE_BY_GATES <= set(EFFECTS)
