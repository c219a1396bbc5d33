from careen.model.reasons import EFFECTS
from careen.output.gap_meanings import MEANINGS, UNKNOWN, meaning_of


def test_every_reason_has_a_meaning():
    assert set(MEANINGS) == set(EFFECTS)
    assert meaning_of("of_a_plugin") == UNKNOWN
