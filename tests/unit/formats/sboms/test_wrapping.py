import json

import pytest

from careen.formats.sboms.wrapping import unwrapped

BILL = {"bomFormat": "CycloneDX", "sbom": {"bomFormat": "not this one"}}


@pytest.mark.parametrize(
    "document",
    [
        BILL,
        {"predicate": BILL},
        {"predicate": {"Data": BILL}},
        {"predicate": {"Data": json.dumps(BILL)}},
        {"sbom": BILL},
        {"SPDX": BILL},
    ],
)
def test_the_sbom_itself_comes_out(document):
    assert unwrapped(document) == BILL


@pytest.mark.parametrize("document", [{}, {"sbom": 3}, {"predicate": None}, {"name": "x"}])
def test_what_wraps_nothing_is_left_as_it_is(document):
    assert unwrapped(document) == document


def test_text_that_is_not_json_is_refused():
    with pytest.raises(ValueError):
        unwrapped({"predicate": {"Data": "no json"}})
