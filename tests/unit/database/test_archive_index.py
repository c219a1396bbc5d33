"""What an archive offers of an image's source packages, and when that is a whole index."""

from datetime import UTC, datetime

import pytest
from tests.support.archive import Archive

from careen.database.archive import archive_knowledge
from careen.database.archive_files import Archives
from careen.database.archive_index import index_of
from careen.model.advisory import Listed
from careen.signing.signature import Signed
from careen.versions.deb import key

MARCH = datetime(2026, 3, 5, tzinfo=UTC)
LATER = datetime(2026, 3, 9, tzinfo=UTC)
AS_OF = "2026-03-05T00:00:00+00:00"
INSTALLED = {"jib": ["1.4-2"], "acme-jib": ["9.0-1"]}


@pytest.fixture(autouse=True)
def is_verified(monkeypatch):
    """The signatures of lists are good, unless a test says otherwise."""
    answers = []
    monkeypatch.setattr(
        "careen.database.archive_files.verified", lambda data, keys: Signed(data, not answers, "".join(answers))
    )
    return answers


def archive(**parts):
    """Parts are by suite; of the others, each has one package of its own."""
    made = Archive()
    jib = made.source("jib", "1.4-2", b"")
    suites = {
        "bookworm": [jib],
        "bookworm-updates": [made.source("tide", "2026a-0+deb12u1", b"")],
        "bookworm-security": [made.source("jib", "1.4-2+deb12u1", b"")],
        "bullseye": [made.source("old-jib", "1.0-1", b"")],
        "sid": [made.source("jib", "2.0-1", b"")],
    }
    for name, sources in (suites | parts).items():
        if sources is not None:
            made.suite(name, sources, date=MARCH if name.endswith("-security") else LATER, whole=True)
    return made


def index(made, root, wanted=INSTALLED, codename="bookworm"):
    return index_of(Archives([str(made.write(root))], None), codename, wanted, key)


def test_versions_of_all_suites_and_names_that_none_has(tmp_path):
    assert index(archive(), tmp_path) == [
        Listed("debian:12", "jib", ("1.4-2", "1.4-2+deb12u1"), AS_OF),
        Listed("debian:12", "acme-jib", (), AS_OF),
    ]


@pytest.mark.parametrize("suite", ["bookworm-updates", "bookworm-security"])
def test_without_its_updates_it_is_no_index(tmp_path, suite):
    assert index(archive(**{suite: None}), tmp_path) == []


@pytest.mark.parametrize("suite", ["sid", "bullseye"])
def test_without_the_releases_beside_it_no_name_is_absent(tmp_path, suite):
    assert [one.package for one in index(archive(**{suite: None}), tmp_path)] == ["jib"]


@pytest.mark.parametrize("suite", ["sid", "bullseye"])
def test_a_name_that_a_release_beside_it_has_is_not_absent(tmp_path, suite):
    made = archive()
    made.suite(suite, [made.source("acme-jib", "8.0-1", b"")], whole=True)
    assert not any(one.namespace == "debian:12" and one.package == "acme-jib" for one in index(made, tmp_path))


@pytest.mark.parametrize("suite", ["bookworm", "bookworm-updates", "sid", "bullseye"])
def test_where_a_component_has_no_list_no_name_is_absent(tmp_path, suite):
    made = archive()
    made.suite(suite, [made.source("jib", "1.4-2", b"")])
    assert [one.package for one in index(made, tmp_path)] == ["jib"]


@pytest.mark.parametrize(("version", "is_asked"), [("2.1-1", True), ("1.4-2", False), ("1.4-2+deb12u9", False)])
def test_unstable_is_asked_about_versions_above(tmp_path, version, is_asked):
    found = index(archive(), tmp_path, {"jib": [version]})
    assert (Listed("debian:sid", "jib", ("2.0-1",), "2026-03-09T00:00:00+00:00") in found) is is_asked


def test_a_release_that_is_not_there(tmp_path):
    assert index(archive(), tmp_path, codename="trixie") == []


def test_lists_that_nobody_verified_are_no_index(tmp_path, is_verified):
    """Whoever is on the way to the archive, or made an image that names it, may have written them."""
    is_verified.append("no keys")
    assert index(archive(), tmp_path) == []


def test_the_knowledge_of_an_archive_has_the_index(tmp_path):
    places = Archives([str(archive().write(tmp_path))], None)
    found = archive_knowledge(places, {"debian:12": {"jib": ["1.4-2+deb12u1"]}}, key)
    assert found.listed("debian:12", ["jib"])["jib"][0].versions == ("1.4-2", "1.4-2+deb12u1")
