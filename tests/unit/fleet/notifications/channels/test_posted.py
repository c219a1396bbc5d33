"""What an answer means: sent, try again, or never."""

import pytest
from tests.support.notified import Answer, Receiver

from careen.errors import NetworkError, NotListedError
from careen.fleet.notifications.channels.posted import Post, SendError, post

POST = Post("https://receiver.test/secret", {"X": "secret"}, b"{}")


def raised(respond):
    with pytest.raises(SendError) as found:
        post(Receiver(respond), POST)
    return found.value.code, found.value.lasting


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_it_arrived(status):
    receiver = Receiver(lambda sent: status)
    post(receiver, POST)
    assert receiver.sent == [("POST", POST.url, POST.headers, b"{}")]


@pytest.mark.parametrize(
    ("status", "lasting"), [(500, False), (503, False), (404, False), (403, False), (400, True), (410, True), (413, True)]
)
def test_it_did_not(status, lasting):
    assert raised(lambda sent: status) == (f"status_{status}", lasting)


def test_an_answer_from_elsewhere_is_none():
    assert raised(lambda sent: Answer(200, "https://receiver.test/login")) == ("redirect", True)


@pytest.mark.parametrize(("error", "code"), [(NetworkError("away"), "unreachable"), (NotListedError("inside"), "not_allowed")])
def test_nobody_answers(error, code):
    def respond(sent):
        raise error

    assert raised(respond) == (code, False)


def test_it_shows_no_secret():
    assert "secret" not in repr(POST)
