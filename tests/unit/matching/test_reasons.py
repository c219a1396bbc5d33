from tests.support.matching import deb, pypi

from careen.matching.reasons import purls_of, release_id


def test_purls_are_sorted_and_named_once():
    assert purls_of([pypi(), deb("a", "1"), pypi()]) == (deb("a", "1").purl, pypi().purl)


def test_a_release_as_a_user_accepts_it():
    assert release_id("debian:12") == "debian-12"
