import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.output.escape import columns, shorten, visible, web_link


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("libssl3 3.0.11-1~deb12u2", "libssl3 3.0.11-1~deb12u2"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("safe\u202egnp.exe", "safe\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("lone\udce9", "lone\\udce9"),
        ("no\u00a0break", "no\\xa0break"),
        ("blank\u3164", "blank\\u3164"),
        ("日本語 é 🦀", "日本語 é 🦀"),
        ("::error::boo", "\\::error::boo"),
        ("a ::set-output name=x::y", "a \\::set-output name=x::y"),
        ("##[group]x", "#\\#[group]x"),
        ("a##[add-mask]x", "a#\\#[add-mask]x"),
        ("###vso[task.setvariable variable=x]y", "##\\#vso[task.setvariable variable=x]y"),
        ("## title [x]", "## title [x]"),
        ("std::string", "std::string"),
        ("", ""),
    ],
)
def test_what_could_act_is_shown_as_its_escape(text, shown):
    assert visible(text) == shown


def test_long_text_is_cut_with_an_ellipsis():
    assert visible("a" * 5000, 10) == "a" * 9 + "…"


@given(st.text())
def test_nothing_that_acts_on_a_terminal_is_left(text):
    shown = visible(text)
    assert all(unicodedata.category(character)[0] != "C" for character in shown)
    assert not {"\n", "\u2028", "\u2029"} & set(shown)


def test_columns_of_wide_and_combining_characters():
    assert columns("abc") == 3
    assert columns("日本") == 4
    assert columns("e\u0301") == 1


def test_shorten_keeps_both_ends():
    assert shorten("usr/lib/python3/site-packages/x.dist-info/METADATA", 24) == "usr/lib/…t-info/METADATA"
    assert shorten("short", 24) == "short"


@given(st.text("ab日\u0301", max_size=40), st.integers(0, 30))
def test_shorten_never_exceeds_the_width(text, width):
    assert columns(shorten(text, width)) <= width


@pytest.mark.parametrize("text", ["https://osv.dev/vulnerability/CVE-1", "http://a/?b=c%20d#e"])
def test_web_links_are_let_through(text):
    assert web_link(text) == text


@pytest.mark.parametrize(
    "text", ["", "javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://a/%zz", 'https://a"']
)
def test_anything_else_is_not_a_web_link(text):
    assert web_link(text) is None
