"""GitLab's advisories: their names, and how much of a feed may be damaged."""

import pytest
from tests.support.feeds import packed_tar

from careen.advisories import gitlab
from careen.model.advisory import PassedOver
from careen.plugins import Feed, Need

GOOD = b"identifier: CVE-2098-1\npackage_slug: gem/capstan\naffected_range: '<2'\n"


def read(tmp_path, *documents):
    file = tmp_path / "feed.tar.gz"
    file.write_bytes(packed_tar({f"x/{number}.yml": data for number, data in enumerate(documents)}))
    return list(gitlab.parse(Feed("f", ""), file))


def test_only_a_full_update_fetches_it():
    assert gitlab.feeds(Need(frozenset({"npm"})), lambda name: ()) == ()
    assert all(feed.full for feed in gitlab.feeds(Need(), lambda name: ()))


def test_vulnerabilities_without_an_id_do_not_share_one(tmp_path):
    docs = [b"identifier: 2098-05-15\npackage_slug: packagist/a/%d\naffected_range: '<2'\nuuid: u%d\n" % (n, n) for n in (1, 2)]
    one, _, other, *_ = read(tmp_path, *docs)
    assert (one.id, other.id) == ("GLAD-u1", "GLAD-u2")
    assert "2098-05-15" not in (*one.aliases, *other.aliases)


def test_a_page_of_github_names_it_if_nothing_else_does(tmp_path):
    urls = b"urls: [https://github.com/advisories/GHSA-aaaa-bbbb-cccc]\n"
    named, _, nameless, *_ = read(tmp_path, GOOD + urls, GOOD.replace(b"CVE-2098-1", b"GMS-2098-1") + urls)
    assert named.aliases == ("CVE-2098-1",)
    assert nameless.aliases == ("GMS-2098-1", "GHSA-aaaa-bbbb-cccc")


def test_other_files_are_not_counted(tmp_path):
    assert len(read(tmp_path, GOOD, b"stages: [test]\n", GOOD.replace(b"gem/", b"unheard-of/"))) == 3


def test_a_few_damaged_records_are_passed_over(tmp_path):
    broken = GOOD.replace(b"<2", b"about two")
    assert len([one for one in read(tmp_path, *[broken] * 10, GOOD) if not isinstance(one, PassedOver)]) == 3
    with pytest.raises(ValueError, match="11 damaged records"):
        read(tmp_path, *[broken] * 11, GOOD)
    with pytest.raises(ValueError, match="no advisory that can be read"):
        read(tmp_path, broken)
