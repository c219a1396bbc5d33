"""The signature of a webhook, as receivers verify it, and its document."""

import json

import pytest
from tests.support.hostile import NAMES, outgoing

from careen.errors import UsageError
from careen.fleet.notifications.channels.webhook import WebhookTarget, check_secret, document, new_secret, request
from careen.output.escape import visible

TARGET = WebhookTarget("https://receiver.test/hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def test_a_signature_of_the_specification():
    """The example of Standard Webhooks."""
    from msgspec.structs import replace

    from careen.fleet.notifications.channels.webhook import signed

    example = replace(outgoing("x"), key="msg_p5jXN8AQM9LWM0D4loKWxJek", now=1614265330.9)
    headers = signed(example, TARGET.secret, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")


@pytest.mark.parametrize("name", NAMES)
def test_its_receivers_library_accepts_it_and_nothing_else(name, monkeypatch):
    webhooks = pytest.importorskip("standardwebhooks")
    library = pytest.importorskip("standardwebhooks.webhooks")
    made = request(outgoing(name), TARGET)
    moment = int(made.headers["webhook-timestamp"])

    class Clock(library.datetime):
        @classmethod
        def now(cls, tz=None):
            return library.datetime.fromtimestamp(moment + 10, tz)

    monkeypatch.setattr(library, "datetime", Clock)
    receiver = webhooks.Webhook(TARGET.secret)
    assert receiver.verify(made.body, made.headers) == json.loads(made.body)
    for changed in (
        (made.body + b" ", made.headers),
        (made.body, made.headers | {"webhook-id": "another"}),
        (made.body, made.headers | {"webhook-timestamp": str(moment + 1)}),
        (made.body, made.headers | {"webhook-timestamp": str(moment - 3600)}),
    ):
        with pytest.raises(library.WebhookVerificationError):
            receiver.verify(*changed)
    with pytest.raises(library.WebhookVerificationError):
        webhooks.Webhook(new_secret()).verify(made.body, made.headers)


def test_the_document():
    found = document(outgoing("a name", attempt=3))
    assert {name: found[name] for name in ("id", "type", "attempt", "severity", "at")} == {
        "id": "0123456789abcdef" * 2, "type": "careen.test", "attempt": 3, "severity": "critical", "at": "2026-05-28T20:26:40Z",
    }  # fmt: skip
    assert found["project"] == {"id": 1, "name": "a name"} and "project_id" not in found
    assert found["vulnerability"]["clocks"]["disclosed"] == "2021-12-10"
    assert found["images"]["count"] == 2 and found["images"]["first"][1] == {"text": "a name"}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_text(name):
    made = request(outgoing(name), TARGET)
    assert json.loads(made.body)["title"] == visible(name, 300)
    assert TARGET.secret not in repr(made) + repr(TARGET) and "hook" not in repr(made)
    assert all(value.isascii() and value.isprintable() for value in made.headers.values())


def test_secrets():
    check_secret(new_secret())
    for secret in ("", "x", "whsec_", "whsec_AAAA", "whsec_!!", new_secret().removeprefix("whsec_"), "whsec_" + "A" * 400):
        with pytest.raises(UsageError):
            check_secret(secret)
    assert "webhook-signature" not in request(outgoing("x"), WebhookTarget("https://x.test")).headers
