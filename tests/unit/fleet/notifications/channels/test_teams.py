"""Adaptive Cards for Teams: names are in text runs alone, which know no markup."""

import json

import pytest
from tests.support.hostile import NAMES, outgoing
from tests.unit.fleet.notifications.channels.test_slack import elements

from careen.fleet.notifications.channels.teams import MEDIA_TYPE, TeamsTarget, document, request
from careen.output.escape import visible


@pytest.mark.parametrize("name", NAMES)
def test_names_are_literal(name):
    found = document(outgoing(name))
    (attachment,) = found["attachments"]
    card = attachment["content"]
    assert (found["type"], attachment["contentType"], card["type"], card["version"]) == (
        "message", MEDIA_TYPE, "AdaptiveCard", "1.4",
    )  # fmt: skip
    assert not list(elements(card, "TextBlock")) and not list(elements(card, "FactSet")) and "entities" not in card["msteams"]
    assert any(visible(name, 300) in run["text"] for run in elements(card, "TextRun"))
    assert all(run["text"] for run in elements(card, "TextRun"))
    (action,) = card["actions"]
    assert action["url"] == "https://careen.test/projects/1/vulnerabilities/CVE-2021-44228"
    assert len(json.dumps(found)) < 28_000


def test_a_repeat_is_marked():
    assert "may have been sent before" in json.dumps(document(outgoing("x", 2)))
    assert "may have been sent before" not in json.dumps(document(outgoing("x", 1)))


def test_the_request():
    target = TeamsTarget("https://prod.logic.test/workflows/secret")
    assert request(outgoing("x"), target).url == target.url and "secret" not in repr(target)
