"""CloudEvents, read by the specification's own library."""

import json

import pytest
from tests.support.hostile import NAMES, outgoing

from careen.fleet.notifications.channels.cloudevents import CloudEventsTarget, request
from careen.output.escape import visible

URL = "https://receiver.test/events"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("binary", [False, True])
def test_the_library_reads_it(name, binary):
    http = pytest.importorskip("cloudevents.v1.http")
    made = request(outgoing(name), CloudEventsTarget(URL, SECRET, binary))
    read = http.from_http(made.headers, made.body)
    assert (read["id"], read["source"], read["type"]) == (
        "0123456789abcdef" * 2,
        "https://careen.test/projects/1",
        "careen.test",
    )
    assert int(read["attempt"]) == 2 and read["time"].startswith("2026-05-28T20:26:40")
    assert read.data["title"] == visible(name, 300)


@pytest.mark.parametrize("name", NAMES)
def test_attributes_of_both_modes(name):
    structured = json.loads(request(outgoing(name), CloudEventsTarget(URL)).body)
    assert structured["subject"] == visible(name, 300) and structured["data"]["id"] == structured["id"]
    headers = request(outgoing(name), CloudEventsTarget(URL, "", True)).headers
    from urllib.parse import unquote

    assert unquote(headers["ce-subject"]) == structured["subject"] and headers["ce-specversion"] == "1.0"
    assert all(value.isascii() and value.isprintable() for value in headers.values())


def test_a_repeat_has_the_same_id_and_is_signed():
    first, second = (request(outgoing("x", attempt), CloudEventsTarget(URL, SECRET)) for attempt in (1, 2))
    assert json.loads(first.body)["id"] == json.loads(second.body)["id"]
    assert (json.loads(first.body)["attempt"], json.loads(second.body)["attempt"]) == (1, 2)
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert SECRET not in repr(first)


def test_without_an_address_of_this_server():
    from msgspec.structs import replace

    made = request(replace(outgoing("x"), address=""), CloudEventsTarget(URL))
    assert json.loads(made.body)["source"] == "urn:careen:project:1"
