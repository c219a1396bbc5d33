"""Cells of spreadsheets."""

import pytest

from careen.output.spreadsheet import cell_text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "a;=1", "\uff1d1", "|x"])
def test_text_is_never_calculated(text):
    assert "'" in cell_text(text)


def test_other_values():
    assert [cell_text(value) for value in (None, True, False, -1, 2.5, "plain")] == ["", "yes", "no", "-1", "2.5", "plain"]
