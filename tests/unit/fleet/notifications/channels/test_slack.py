"""Messages for Slack: valid blocks, and names that stay text."""

import json

import pytest
from tests.support.hostile import NAMES, outgoing

from careen.fleet.notifications.channels.slack import SlackTarget, document, escaped, request
from careen.output.escape import visible

TARGET = SlackTarget("https://hooks.slack.test/services/T0/B0/secret")


def elements(found, kind):
    if isinstance(found, dict):
        if found.get("type") == kind:
            yield found
        found = list(found.values())
    if isinstance(found, list):
        for part in found:
            yield from elements(part, kind)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_literal(name):
    found = document(outgoing(name))
    assert found["mrkdwn"] is False and "<" not in found["text"] and ">" not in found["text"]
    assert not list(elements(found, "mrkdwn")) and not list(elements(found, "user")) and not list(elements(found, "broadcast"))
    assert {each["url"] for each in elements(found, "link")} <= {
        "https://careen.test/projects/1",
        "https://careen.test/projects/1/vulnerabilities/CVE-2021-44228",
    }
    assert any(visible(name, 300) in each["text"] for each in elements(found, "text"))


@pytest.mark.parametrize("name", [*NAMES, "x" * 5000])
def test_the_makers_library_accepts_the_blocks(name):
    blocks = pytest.importorskip("slack_sdk.models.blocks")
    for block in document(outgoing(name))["blocks"]:
        parsed = blocks.Block.parse(block)
        parsed.validate_json()
        assert parsed.to_dict()["type"] == block["type"]
    assert len(document(outgoing(name))["blocks"]) <= 50
    for header in elements(document(outgoing(name)), "header"):
        assert 0 < len(header["text"]["text"]) <= 150
    assert all(each["text"] for each in elements(document(outgoing(name)), "text"))


def test_a_repeat_is_marked():
    assert "This message may have been sent before: try 2" in document(outgoing("x", 2))["text"]
    assert "sent before" not in json.dumps(document(outgoing("x", 1)))


def test_the_request():
    made = request(outgoing("x"), TARGET)
    assert made.url == TARGET.url and "secret" not in repr(made) + repr(TARGET)
    assert escaped("<!here> & <@U1>") == "&lt;!here&gt; &amp; &lt;@U1&gt;"
