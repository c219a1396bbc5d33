import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.agents.protocol import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    MAX_DEPTH,
    MAX_LINE_BYTES,
    PARSE_ERROR,
    VERSION_KEY,
    Message,
    Peer,
    ProtocolError,
    read_message,
)


def peer(*lines):
    written = io.BytesIO()
    return Peer(io.BytesIO(b"".join(lines)), written), written


def answers(written):
    return [json.loads(line) for line in written.getvalue().splitlines()]


def request(**fields):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", **fields}).encode() + b"\n"


def test_a_request_and_a_notification():
    found = list(peer(request(params={"a": 1}), b"\n", b'{"jsonrpc":"2.0","method":"n"}\n')[0].messages())
    assert found == [Message("ping", {"a": 1}, 1), Message("n")]


def test_an_answer_is_passed_over():
    assert read_message(b'{"jsonrpc":"2.0","id":1,"result":{}}') is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"x", PARSE_ERROR),
        (b"\xff\xfe", PARSE_ERROR),
        (b"[" * 1000 + b"]" * 1000, PARSE_ERROR),
        (b"[]", INVALID_REQUEST),
        (b"1", INVALID_REQUEST),
        (b'{"method":"a"}', INVALID_REQUEST),
        (request(method=1).strip(), INVALID_REQUEST),
        (request(id=None).strip(), INVALID_REQUEST),
        (request(id=True).strip(), INVALID_REQUEST),
        (request(id=1.5).strip(), INVALID_REQUEST),
        (request(params=[1]).strip(), INVALID_PARAMS),
    ],
)
def test_what_is_no_message(line, code):
    with pytest.raises(ProtocolError) as raised:
        read_message(line)
    assert raised.value.code == code


def test_errors_are_answered_and_reading_goes_on():
    one, written = peer(b"x\n", request(method=1, id=7), b"y" * (MAX_LINE_BYTES + 9) + b"\n", request())
    assert [message.method for message in one.messages()] == ["ping"]
    assert [(found["id"], found["error"]["code"]) for found in answers(written)] == [
        (None, PARSE_ERROR),
        (7, INVALID_REQUEST),
        (None, PARSE_ERROR),
    ]


def test_brackets_in_texts_are_no_depth():
    assert read_message(request(params={"a": "[" * 1000, "b": '\\"[[' * 50}).strip()).method == "ping"
    with pytest.raises(ProtocolError):
        read_message(request(params={"a": json.loads("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))}).strip())


def test_the_version_that_a_request_names():
    assert Message("m", {"_meta": {VERSION_KEY: "2026-07-28"}}, 1).version == "2026-07-28"
    assert Message("m", {"_meta": []}, 1).version is None


def test_a_client_that_is_gone_is_no_error():
    writer = io.BytesIO()
    writer.close()
    Peer(io.BytesIO(), writer).answer(1, {})


@given(st.binary(max_size=200))
def test_any_bytes_are_answered_or_read(data):
    one, written = peer(data, b"\n", request())
    assert [message.method for message in one.messages()][-1:] == ["ping"] or data.rstrip(b"\n").count(b"\n") >= 0
    for found in answers(written):
        assert "error" in found
