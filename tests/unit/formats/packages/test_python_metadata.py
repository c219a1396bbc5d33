from tests.support.work import ends

from careen.formats.packages.python_metadata import fields


def test_values_in_order_and_by_lower_case_name():
    text = b"Metadata-Version: 2.1\nNAME: Flask\nClassifier: A :: B\nClassifier:C :: D\r\nVersion:  1.0 \r\n\nName: body\n"
    assert fields(text, {"name", "version", "classifier"}) == {
        "name": ["Flask"],
        "version": ["1.0"],
        "classifier": ["A :: B", "C :: D"],
    }


def test_continued_lines_stay_with_their_field():
    text = b"License: MIT\n        |Permission is granted\n\tto all\nSummary: x\n  more of it\nName: a\n"
    assert fields(text, {"license", "name"}) == {"license": ["MIT\n|Permission is granted\nto all"], "name": ["a"]}


def test_lines_without_a_colon_are_skipped():
    assert fields(b"\xef\xbb\xbf\n\nName: a\nlicence text pasted in\nVersion: 2\n", {"name", "version"}) == {
        "name": ["a"],
        "version": ["2"],
    }


def test_what_is_not_utf_8_is_replaced():
    assert fields(b"Name: z\xff\n", {"name"}) == {"name": ["z\ufffd"]}


def test_many_lines_take_linear_time():
    with ends():
        assert len(fields(b"Name: a\n" + b" b\n" * 100_000, {"name"})["name"][0]) == 200_001
        assert len(fields(b"Name: a\n" * 100_000, {"name"})["name"]) == 100_000
