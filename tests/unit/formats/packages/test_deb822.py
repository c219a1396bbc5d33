import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.formats.packages.deb822 import LINE_BYTES, paragraphs

FIELDS = ("package", "version")


def test_only_requested_fields_are_kept():
    text = "Package : a\nOther: x\nVERSION\t:  1.0 \n continued\n\n\nOther: y\n\nPackage: b\n"
    assert list(paragraphs(text, FIELDS)) == [{"package": "a", "version": "1.0"}, {"": ""}, {"package": "b"}]


def test_comments_and_continued_lines_are_not_fields():
    assert list(paragraphs("# x\nPackage: a\n\tmore: y\n", FIELDS)) == [{"package": "a"}]


@pytest.mark.parametrize("line", ["no colon", f"x: {'y' * LINE_BYTES}"])
def test_another_line_is_an_error(line):
    with pytest.raises(ValueError, match="not a control file"):
        list(paragraphs(f"Package: a\n{line}\n", FIELDS))


def test_errors_are_collected_on_request():
    faults: list[str] = []
    found = list(paragraphs("no colon\nPackage: a\nPackage: b\nVersion: 1\n", FIELDS, faults))
    assert found == [{"package": "a", "version": "1"}]
    assert [fault.partition(":")[0] for fault in faults] == ["not a control file", "a paragraph has two values for Package"]


def test_the_last_of_two_values_counts_without_collected_errors():
    assert list(paragraphs("Package: a\nPackage: b\n", FIELDS)) == [{"package": "b"}]


@given(st.text(alphabet="Pa: \n\t#", max_size=60))
def test_with_collected_errors_nothing_is_raised(text):
    for entry in paragraphs(text, ("pa",), []):
        assert entry
