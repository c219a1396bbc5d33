import pytest

pytest.importorskip("pygls")

from lsprotocol import types

from careen.editor import server
from careen.editor.documents import Document
from careen.editor.remarks import QuickFix, Remark

ROCKET = "RUN echo '🚀' && apt-get install x"


def test_a_place_is_in_code_units():
    remark = Remark("DKR-1", 2, 2, "m", "low")
    found = server._diagnostic(remark, ["FROM a", ROCKET], "utf-16")
    assert (found.range.end.line, found.range.end.character) == (1, len(ROCKET) + 1)
    assert server._diagnostic(remark, ["FROM a", ROCKET], "utf-8").range.end.character == len(ROCKET.encode())


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 9), (9, 9), (2, 1)])
def test_a_place_is_within_the_document(first, last):
    found = server._diagnostic(Remark("DKR-1", first, last, "m", "low"), ["  FROM a", ""], "utf-16").range
    assert 0 <= found.start.line <= found.end.line <= 1


def test_severities():
    levels = [server._diagnostic(Remark("x", 1, 1, "m", word), ["a"], "utf-16").severity for word in server._LEVELS]
    assert levels[0] == types.DiagnosticSeverity.Error
    assert levels[-1] == types.DiagnosticSeverity.Hint


def test_an_action_changes_only_what_differs():
    fix = QuickFix("t", ("FROM a", "COPY 🚀 b", "USER 1"), (Remark("DKR-011", 2, 2, "m", "low"),), preferred=True)
    action = server._action(fix, Document("file:///Dockerfile", "FROM a\r\nADD 🚀 b\r\nUSER 1", 7), "utf-16")
    (of,) = action.edit.document_changes
    (edit,) = of.edits
    assert of.text_document.version == 7
    assert (edit.range.start.line, edit.range.end.line, edit.new_text) == (1, 2, "COPY 🚀 b\r\n")
    assert action.is_preferred


def test_ids_in_comments_are_links():
    document = Document("file:///Dockerfile", "FROM a\n# 🚀 careen:ignore DKR-001, DKR-002 ours\n")
    known = {"DKR-002": "https://x.example/DKR-002"}
    found = server._links(document, lambda document, check: known.get(check), "utf-16")
    assert [link.target for link in found] == ["https://x.example/DKR-002"]
    assert found[0].range.start.character == len("# 🚀 careen:ignore DKR-001, ") + 1
