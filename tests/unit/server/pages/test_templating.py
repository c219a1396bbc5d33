"""Texts of the templates."""

import re
from pathlib import Path

import pytest

from careen.server.pages import templating
from careen.server.pages.templating import age_text, bytes_text, moment, short


def test_texts():
    assert [age_text(seconds) for seconds in (0, 59, 120, 7200, 86_400, 200_000)] == [
        "0 s",
        "59 s",
        "2 minutes",
        "2 hours",
        "1 day",
        "2 days",
    ]
    assert [bytes_text(count) for count in (0, 999, 1500, 2_500_000_000)] == ["0 B", "999 B", "1.5 kB", "2.5 GB"]
    assert moment(0) == "1970-01-01T00:00:00Z"
    assert moment(None) == ""
    assert short(f"sha256:{'a' * 64}") == "sha256:aaaaaaaaaaaa…"
    assert short("upload:1:abc") == "upload:1:abc"
    assert short(f"upload:1:{'b' * 64}") == "upload:1:bbbbbbbbbbbb…"


@pytest.mark.parametrize("path", sorted((Path(templating.__file__).parent / "templates").iterdir()), ids=lambda path: path.name)
def test_no_template_has_a_script_a_style_or_an_address_elsewhere(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:|\|\s*safe\b|autoescape", text)
    assert not re.search(r"<script(?! src=\"{{ static)", text)
    assert not re.search(r"(?:src|href|action)=\"(?!/|#|{{)", text)
