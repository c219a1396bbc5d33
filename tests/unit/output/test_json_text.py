import io
import json

import pytest
from msgspec import Struct

from careen.output.json_text import write_json


class Structure(Struct):
    name: str


def text_of(document):
    stream = io.StringIO()
    write_json(document, stream)
    return stream.getvalue()


@pytest.mark.parametrize("text", ["plain", "\x1b[2J", "a\u202eb\u2066", "\ufeff", "🦀 日本", "\U000e0041", "\x85\x9b"])
def test_reads_back_as_the_same_text(text):
    assert json.loads(text_of({text: [text]})) == {text: [text]}


def test_bidirectional_marks_are_written_as_escapes():
    assert text_of(["a\u202eb\U000e0041"]) == '[\n  "a\\u202eb\\udb40\\udc41"\n]\n'


def test_invalid_unicode_is_replaced():
    assert json.loads(text_of({"\udce9": ("x\ud800", 1)})) == {"\ufffd\ufffd\ufffd": ["x\ufffd\ufffd\ufffd", 1]}


@pytest.mark.parametrize("text", ["##[group]", "a##[add-mask]b", "###vso[task.complete]", "# [x]", "a ## b"])
def test_no_command_of_a_runner(text):
    written = text_of([text])
    assert "##[" not in written
    assert "##vso[" not in written
    assert json.loads(written) == [text]


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_pieces_make_the_same_document(monkeypatch, size):
    document = {"a": ["x" * 30, "é\u202e##[error]", {"b": "\x7f" * 9}] * 20, "c": "\n" * 50}
    whole = text_of(document)
    monkeypatch.setattr("careen.output.json_text.PIECE_BYTES", size)
    assert text_of(document) == whole


def test_structures_are_objects():
    assert json.loads(text_of([Structure("a"), Structure("x\ud800")])) == [{"name": "a"}, {"name": "x\ufffd\ufffd\ufffd"}]
