import msgspec
import pytest

from careen.database.head import FeedRow, Head, Held, Section, age_key, head_of, label_of, without_password

OSV = FeedRow("osv/npm/all.zip", "osv", "npm", as_of="2026-01-02T03:04:05Z", confirmed="2026-01-03")
KEV = FeedRow("kev.json", "kev")


def test_a_head_gives_back_its_feeds():
    sections = (Section("record", "", 1, 2, "a", "b", 5, 5), Section("advisory", "npm", 4, 1, "c", "d", 3, 2))
    feeds = (Held(OSV, ("osv", "https://x.example/{id}"), sections), Held(KEV, (), ()))
    head = msgspec.msgpack.decode(msgspec.msgpack.encode(head_of("2026-01-04", feeds)), type=Head)
    assert head.held() == feeds
    assert head.sections("advisory", "npm") == [(0, sections[1])]
    assert head.sections("advisory", "PyPI") == []
    assert head.words_of(0) == feeds[0].words


def test_the_name_of_a_feed_and_its_age():
    assert (label_of(OSV), label_of(KEV)) == ("osv/npm", "kev")
    assert age_key(KEV) < age_key(OSV) == ("2026-01-02", "2026-01-03")


@pytest.mark.parametrize("url", ["https://who:secret@mirror.example/a", "https://mirror.example/a"])
def test_a_password_in_an_address_is_not_given_on(url):
    assert without_password(FeedRow("a", "kev", url=url)).url == "https://mirror.example/a"


def test_where_a_section_lies():
    one, several = Section("epss", "", 7, 1, "a", "b", 1, 1), Section("epss", "", 7, 3, "a", "b", 1, 1)
    assert (one.start, one.end, one.blobs) == (7, 8, 1)
    assert (several.start, several.end, several.blobs) == (8, 11, 4)  # its directory comes first
