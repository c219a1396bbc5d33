"""Issues of a repository: text stays in its block, and a repeat opens no second issue."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.hostile import NAMES
from tests.support.notified import NOW, Answer, Receiver

from careen.fleet.notifications.channels.github import PAGE, GitHubTarget, body, send, try_out
from careen.fleet.notifications.channels.posted import SendError
from careen.fleet.notifications.tickets import Ticket
from careen.output.escape import visible

TARGET = GitHubTarget("team/shop", "secret-token")
KEY = "0123456789abcdef" * 2
ISSUES = "https://api.github.com/repos/team/shop/issues"


def ticket(action="open", name="openssl", remote=""):
    return Ticket(
        action, 1, KEY, visible(name, 200), "\n".join(map(visible, name.split("\n"))), "https://careen.test/x", remote, NOW
    )


def check(name):
    """By the rules of fenced blocks: a fence is closed by one that is as long or longer."""
    lines = body(ticket(name=name)).split("\n")
    fence = re.fullmatch("(`{3,})text", lines[0])[1]
    end = next(at for at, line in enumerate(lines[1:], 1) if re.fullmatch(f"{fence}`* *", line.strip(" ")))
    assert "\n".join(lines[1:end]) == ticket(name=name).text
    assert "\n".join(lines[end + 1 :]) == f"\n[Open in Careen](https://careen.test/x)\n\n<!-- careen:{KEY} -->\n"


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_in_their_block(name):
    check(name)


@given(st.text(alphabet="`~ \na@#<", max_size=40))
def test_whatever_they_are(name):
    check(name)


def test_a_ticket_is_opened_changed_and_closed():
    receiver = Receiver(lambda sent: Answer(201, sent[1], b'{"number": 12, "body": null}'))
    assert send(ticket(), 1, TARGET, receiver) == "12"
    assert send(ticket("update", remote="12"), 1, TARGET, receiver) == "12"
    assert send(ticket("close", remote="12"), 1, TARGET, receiver) == "12"
    assert [(method, url) for method, url, _, _ in receiver.sent] == [
        ("POST", ISSUES), ("PATCH", f"{ISSUES}/12"), ("PATCH", f"{ISSUES}/12"),
    ]  # fmt: skip
    assert json.loads(receiver.sent[2][3]) == {"state": "closed", "state_reason": "completed"}
    assert receiver.sent[0][2]["Authorization"] == "Bearer secret-token" and "secret" not in repr(TARGET)


def test_a_repeat_finds_the_issue_that_the_first_try_opened():
    others = [{"number": number, "body": "x"} for number in range(PAGE)]
    pages = [json.dumps(others).encode(), json.dumps([{"number": 7, "body": body(ticket())}]).encode()]
    receiver = Receiver(lambda sent: Answer(200, sent[1], pages.pop(0)))
    assert send(ticket(), 2, TARGET, receiver) == "7"
    assert [method for method, *_ in receiver.sent] == ["GET", "GET"]


def test_a_repeat_opens_it_if_the_first_try_did_not():
    answers = [b"[]", b'{"number": 8}']
    assert send(ticket(), 2, TARGET, Receiver(lambda sent: Answer(200, sent[1], answers.pop(0)))) == "8"


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (401, b"", "credentials"),
        (403, b"", "credentials"),
        (500, b"", "status_500"),
        (201, b"[]", "answer"),
        (200, b"\xff", "answer"),
    ],
)
def test_failures(status, content, code):
    with pytest.raises(SendError) as found:
        send(ticket(), 1, TARGET, Receiver(lambda sent: Answer(status, sent[1], content)))
    assert found.value.code == code


def test_an_issue_that_somebody_removed_is_closed():
    assert send(ticket("close", remote="12"), 1, TARGET, Receiver(lambda sent: 410)) == "12"
    try_out(TARGET, Receiver())
