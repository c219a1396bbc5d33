import asyncio

import pytest
from msgspec.structs import replace
from tests.support.reports import HOSTILE, clean, hostile, usual

pytest.importorskip("textual")
from textual.widgets import Input, Static, Tree

from careen.cli.browser import Browser


def browse(report, *keys, size=(100, 30)):
    """After the keys: text and focus of the search, labels of groups and of findings, details, and the whole screen."""

    async def run():
        app = Browser(report)
        async with app.run_test(size=size) as pilot:
            await pilot.press(*keys)
            await pilot.pause()
            tree = app.query_one("#groups", Tree)
            labels = [str(node.label) for node in tree.root.children]
            leaves = [str(leaf.label) for node in tree.root.children for leaf in node.children]
            screen = "\n".join("".join(segment.text for segment in line) for line in app.screen._compositor.render_strips())
            search = app.query_one("#search", Input)
            return search.value, search.has_focus, labels, leaves, str(app.query_one("#details", Static).content), screen

    return asyncio.run(run())


def counts(labels):
    return sum(int(label.split()[0]) for label in labels)


@pytest.mark.parametrize("key", ["a", "p", "l", "r"])
def test_every_grouping_has_every_finding_once(key):
    _, _, labels, _, _, screen = browse(usual(), key)
    assert counts(labels) == len(usual().findings)
    assert f"{len(usual().findings)} findings by" in screen


def test_a_group_opens_and_a_finding_is_explained():
    _, _, labels, leaves, shown, screen = browse(usual(), "p", "enter", "down")
    assert len(leaves) == int(labels[0].split()[0])
    assert "CVE-2021-44228" in shown
    assert "fixed in" in shown
    assert "CVE-2021-44228" in screen


def test_a_search_narrows_and_escape_ends_it():
    words, focused, labels, _, _, screen = browse(usual(), "slash", *"jinja", "enter")
    assert 0 < counts(labels) < len(usual().findings)
    assert f"of {len(usual().findings)} findings" in screen
    assert (words, focused) == ("jinja", False)
    words, focused, labels, *_ = browse(usual(), "slash", *"jinja", "escape")
    assert (words, focused, counts(labels)) == ("", False, len(usual().findings))
    assert browse(usual(), "slash", *"nosuch")[2] == []


def test_letters_in_the_search_are_no_commands():
    assert browse(usual(), "slash", *"aplrq")[:2] == ("aplrq", True)


@pytest.mark.parametrize("text", [*HOSTILE, "[red]x[/red]", "[@click=app.quit]x[/]", "[/]", "\x1b]0;x\x07"])
def test_hostile_names_stay_text(text):
    for key in "aplr":
        *_, shown, screen = browse(hostile(text), key, "enter", "down")
        assert not any(character in shown + screen for character in "\x1b\x07\u202e\u200b\r")
    if text.startswith("["):
        assert text in shown.replace("\n", "")


def test_no_findings():
    _, _, labels, _, shown, screen = browse(clean())
    assert (labels, shown) == ([], "")
    assert "0 findings by action" in screen


def test_thousands_of_findings():
    first = usual().findings[0]
    many = tuple(replace(first, id=f"CVE-2024-{number}", fingerprint=str(number)) for number in range(5000))
    _, _, labels, leaves, *_ = browse(replace(usual(), findings=many), "p", "enter")
    assert (len(labels), len(leaves)) == (1, 5000)
