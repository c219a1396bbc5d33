import pytest

from careen.formats.packages.unreadable_parts import UnreadableParts, unknown, unreadable_parts
from careen.model.delta import Fact


def test_reasons_beside_something_readable_are_one_fact():
    assert list(unreadable_parts(["a", "b", "c"], 1)) == [UnreadableParts("a", 3)]
    assert list(unreadable_parts([], 1)) == []
    assert list(unreadable_parts([], 0)) == []


def test_without_anything_readable_the_file_is_unreadable():
    with pytest.raises(ValueError, match=r"^a$"):
        list(unreadable_parts(["a", "b"], 0))


@pytest.mark.parametrize(("count", "reason"), [(1, "a"), (3, "a (and 2 more)")])
def test_an_unknown_has_the_first_reason_and_the_count(count, reason):
    found = unknown("dpkg", Fact("var/lib/dpkg/status", 2, UnreadableParts("a", count)))
    assert (found.cataloger, found.evidence.path, found.evidence.layer, found.reason) == (
        "dpkg",
        "var/lib/dpkg/status",
        2,
        reason,
    )
