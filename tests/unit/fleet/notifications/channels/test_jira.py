"""Issues of Jira: text stays in its block, a repeat opens no second issue, closing takes the transition that ends it."""

import json

import pytest
from tests.support.hostile import NAMES
from tests.support.notified import Answer, Receiver
from tests.unit.fleet.notifications.channels.test_github import KEY, ticket

from careen.fleet.notifications.channels.jira import JiraTarget, description, fields, send, try_out
from careen.fleet.notifications.channels.posted import SendError

TARGET = JiraTarget("https://jira.test", "OPS", "secret-token")
PLACE = "https://jira.test/rest/api/2"


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_in_their_block(name):
    found = description(ticket(name=name))
    begin, inside, end = found.split("{noformat}")
    assert begin == "" and "{noformat" not in inside.lower() and end == "\n[Open in Careen|https://careen.test/x]"
    assert "\n" not in fields(ticket(name=name), TARGET)["summary"] and len(fields(ticket(name=name), TARGET)["summary"]) <= 255


def test_a_ticket_is_opened_and_changed():
    receiver = Receiver(lambda sent: Answer(201, sent[1], b'{"id": "1", "key": "OPS-7"}'))
    assert send(ticket(), 1, TARGET, receiver) == "OPS-7"
    assert send(ticket("update", remote="OPS-7"), 1, TARGET, receiver) == "OPS-7"
    assert [(method, url) for method, url, _, _ in receiver.sent] == [
        ("POST", f"{PLACE}/issue"),
        ("PUT", f"{PLACE}/issue/OPS-7"),
    ]
    assert receiver.bodies()[0]["fields"]["labels"] == ["careen", f"careen-{KEY}"]
    assert receiver.sent[0][2]["Authorization"] == "Bearer secret-token" and "secret" not in repr(TARGET)


def test_in_the_cloud_a_user_has_a_token():
    receiver = Receiver(lambda sent: Answer(201, sent[1], b'{"key": "OPS-7"}'))
    send(ticket(), 1, JiraTarget("https://x.test/", "OPS", "t", "ada@x.test"), receiver)
    assert (
        receiver.sent[0][2]["Authorization"] == "Basic YWRhQHgudGVzdDp0"
        and receiver.sent[0][1] == "https://x.test/rest/api/2/issue"
    )


@pytest.mark.parametrize("is_cloud", [True, False])
def test_a_repeat_finds_the_issue_that_the_first_try_opened(is_cloud):
    def respond(sent):
        if sent[1].endswith("/search/jql") and not is_cloud:
            return 404
        return Answer(200, sent[1], b'{"issues": [{"key": "OPS-9"}]}')

    receiver = Receiver(respond)
    assert send(ticket(), 2, TARGET, receiver) == "OPS-9"
    assert receiver.bodies()[0]["jql"] == f'project = "OPS" AND labels = "careen-{KEY}"'


def test_a_ticket_is_closed_by_the_transition_that_ends_it():
    possible = {"transitions": [
        {"id": "11", "to": {"statusCategory": {"key": "new"}}}, {"id": "31", "to": {"statusCategory": {"key": "done"}}},
    ]}  # fmt: skip
    receiver = Receiver(lambda sent: Answer(200, sent[1], json.dumps(possible).encode()))
    assert send(ticket("close", remote="OPS-7"), 1, TARGET, receiver) == "OPS-7"
    assert json.loads(receiver.sent[1][3]) == {"transition": {"id": "31"}}
    gone = Receiver(lambda sent: 404)
    assert send(ticket("close", remote="OPS-7"), 1, TARGET, gone) == "OPS-7" and len(gone.sent) == 1
    already = Receiver(lambda sent: Answer(200, sent[1], b'{"transitions": []}'))
    assert send(ticket("close", remote="OPS-7"), 1, TARGET, already) == "OPS-7" and len(already.sent) == 1


@pytest.mark.parametrize(
    ("status", "content", "code"), [(401, b"", "credentials"), (500, b"", "status_500"), (200, b"{}", "answer")]
)
def test_failures(status, content, code):
    with pytest.raises(SendError) as found:
        send(ticket(), 1, TARGET, Receiver(lambda sent: Answer(status, sent[1], content)))
    assert found.value.code == code
    try_out(TARGET, Receiver())
