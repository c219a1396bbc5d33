"""Each cause has its code in the table of effects, and one sentence."""

from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from careen.matching import causes, coverage_causes
from careen.model.reasons import EFFECTS

CAUSES = [
    cause
    for module in (causes, coverage_causes)
    for cause in vars(module).values()
    if isinstance(cause, type) and hasattr(cause, "text") and cause is not causes.Cause
]
SAMPLES = {str: "x", int: 2, bool: True}


def made(cause):
    def sample(hint):
        if hint in SAMPLES:
            return SAMPLES[hint]
        if get_origin(hint) is tuple and get_origin(kind := get_args(hint)[0]) is Literal:
            return get_args(kind)
        return {"tuple[str, ...]": ("a", "b"), "tuple[tuple[str, str], ...]": (("a", "1"), ("b", ""))}.get(str(hint), "package")

    hints = get_type_hints(cause)
    return cause(**{name: "unreadable" if name == "code" else sample(hints[name]) for name in cause.__struct_fields__})


def test_there_are_causes():
    assert len(CAUSES) > 40


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
def test_a_cause_has_a_known_code_and_a_sentence(cause):
    one = made(cause)
    assert one.code in EFFECTS
    assert one.text()
    assert "\n" not in one.text()
    assert "(" not in one.text() or ")" in one.text()


def test_a_gap_becomes_a_reason():
    reason = causes.reason_of(causes.Gap(causes.NoPublicSource("brew"), 3, ("brew",)))
    assert (reason.code, reason.packages, reason.subjects) == ("no_source", 3, ("brew",))
    assert reason.detail == "brew: no public source has advisories"
