import msgspec
from tests.support.reports import usual

from careen.agents.answers import MAX_ANSWER_BYTES, Pages
from careen.agents.shapes import about, bounded, next_page, row_of, rows
from careen.output.rows import rows_of


def test_a_report():
    found = about(usual())
    assert sum(found["counts"].values()) == len(usual().findings)
    assert found["coverage"] == usual().coverage.verdict


def test_rows_leave_out_what_is_empty():
    (first, *_) = rows_of(usual())
    assert row_of(first)["id"] == first.id
    assert not [value for value in row_of(first).values() if value in (None, "", [])]
    severities = {row["severity"] for row in rows(usual(), frozenset({"high"}))}
    assert severities == {"high"}


def test_a_large_answer_says_that_it_is_cut():
    data = bounded({"a": [{"b": "x" * 300} for _ in range(5000)], "c": "\ud800"})
    assert data["cut"] is True
    assert len(msgspec.json.encode(data)) <= 2 * MAX_ANSWER_BYTES
    assert "cut" not in bounded({"a": [1]})


def test_a_cursor_that_is_not_known():
    assert next_page("x:1", 5, Pages())["isError"]
