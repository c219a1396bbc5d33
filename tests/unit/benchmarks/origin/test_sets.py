"""The halves, the intervals and the sections of the report."""

import pytest

pytest.importorskip("numpy")

from benchmarks.origin.sets import Bar, Share, bars, below, half, interval, table, write_section


def test_a_project_is_always_in_the_same_half():
    assert [half(name) for name in ("zlib", "expat", "requests", "lodash")] == ["tune", "held-out", "tune", "tune"]


def test_wilson_interval():
    low, high = interval(Share(95, 100))
    assert (round(low, 3), round(high, 3)) == (0.888, 0.978)
    assert interval(Share(0, 0)) == (0.0, 1.0)
    assert str(Share(95, 100)) == "95 of 100: 95.0% (88.8%-97.8%)"


def test_bars_beside_their_figures():
    reached = bars(
        Bar("project", Share(97, 100), 0.97), Bar("noise", Share(2, 100), most=0.015), Bar("fixed", Share(0, 9), most=0.0)
    )
    assert reached == "project ≥ 97 %: met; noise ≤ 1.5 %: **missed**; fixed ≤ 0 %: met"
    assert str(Bar("wrong", Share(0, 0), most=0.01)) == "wrong ≤ 1 %: met"
    assert str(Bar("project", Share(0, 0), 0.9)) == "project ≥ 90 %: met"


def test_a_section_is_replaced_and_the_others_stay(tmp_path):
    report = tmp_path / "ORIGIN.md"
    report.write_text("# Report\n\n<!-- one -->\nold\n<!-- /one -->\n\n<!-- two -->\nkept\n<!-- /two -->\n")
    write_section("one", "new\\1", report)
    write_section("three", table(("set", "share"), [("a", 1)]), report)
    assert report.read_text() == (
        "# Report\n\n<!-- one -->\nnew\\1\n<!-- /one -->\n\n<!-- two -->\nkept\n<!-- /two -->\n\n"
        "<!-- three -->\n| set | share |\n| --- | --- |\n| a | 1 |\n<!-- /three -->\n"
    )


def test_below_a_folder():
    assert below({"a/b/c.c": b"1", "a/bc.c": b"2"}, "a/b") == {"c.c": b"1"}
    assert below({"a": b"1"}, "") == {"a": b"1"}
