import pytest
from msgspec import Raw

from careen.formats.data.xml_stream import Element
from careen.formats.feeds.each import MAX_IDS, ids_in, read_each
from careen.model.advisory import PassedOver


def number(text):
    yield int(text)


def read(*items):
    return list(read_each(items, number))


def test_an_item_that_cannot_be_read_costs_itself_alone():
    first, passed_over, last = read("1", "x", "3")
    assert (first, last) == (1, 3)
    assert "'x'" in passed_over.reason


def test_half_may_be_lost_and_no_more():
    assert len(read("1", "x")) == 2
    with pytest.raises(ValueError, match=r"2 of 3 records cannot be read, the first: .*'x'"):
        read("1", "x", "y")
    assert read() == []


def test_an_item_that_cannot_be_read_at_all_counts_once():
    def parts(words):
        for word in words:
            yield int(word) if word.isdecimal() else PassedOver(word)

    assert list(read_each(["1x", "23"], parts)) == [1, PassedOver("x"), 2, 3]
    with pytest.raises(ValueError, match="1 of 1 records cannot be read, the first: x"):
        list(read_each(["xy"], parts))


def test_an_item_that_is_nested_too_deeply_is_passed_over():
    def deep(item):
        return deep(item) if item else (1,)

    (first, _) = read_each([1, 0], deep)
    assert isinstance(first, PassedOver)


def test_possible_ids_of_an_unreadable_item_are_found():
    element = Element("update", {"href": "https://x.test/errata/ALSA-2026:12"})
    element.children.append(Element("id", {}))
    element.children[0].text = "FEDORA-2026-0a1b"
    items = [
        (Raw(b'{"id": "CVE-2026-1", "status": 7}'), ("CVE-2026-1",)),
        (("GHSA-aaaa-bbbb-c1c1.json", b"{"), ("GHSA-aaaa-bbbb-c1c1",)),
        ({"code": "RHSA-2026:1234"}, ("RHSA-2026:1234",)),
        (element, ("ALSA-2026:12", "FEDORA-2026-0a1b")),
        ("no-id here", ()),
        (b"\xff" * 100, ()),
    ]
    for item, ids in items:
        assert ids_in(item) == ids


def test_looking_for_ids_is_bounded():
    assert len(ids_in(b" ".join(b"CVE-2026-%d" % n for n in range(9999)))) == MAX_IDS
    ids_in(b"a" * (4 << 20))
