"""A plain word finds what is named so, and nothing of other projects."""

import pytest
from sqlalchemy import select
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import advisory, deb, info, pypi

from careen.fleet import words
from careen.fleet.connection import writing
from careen.fleet.tables import image, image_secret, image_unit, registry, repository, tag, unit_finding
from careen.model.package import Source

PACKAGES = ("openssl", "openssl-provider-legacy", "python3-openssl", "libopenssl1.1", "zlib1g")


def add_registry(connection, project_id, name, *tags, image_id):
    row = {"project_id": project_id, "host": f"r{project_id}.example"}
    number = connection.execute(registry.insert().values(**row)).inserted_primary_key[0]
    of = connection.execute(repository.insert().values(registry_id=number, name=name)).inserted_primary_key[0]
    for each in tags:
        connection.execute(tag.insert().values(repository_id=of, name=each, image_id=image_id, seen_at=1.0))
    return of


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    add_project(made, 1)
    add_project(made, 2)
    records = [advisory("CVE-2024-12345"), advisory("CVE-2024-12399"), info(unfixed=True)]
    database_with(made, records, "2026-11-01T00:00:00Z")
    packages = [deb(name, "1.0", Source("x", "1.0")) for name in PACKAGES]
    add_image(made, [deb(), pypi(), *packages], 1, 1)
    add_image(made, [deb(), packages[0]], 2, 1)
    add_image(made, [deb("secretlib", "1.0", Source("openssl", "1.0"))], 3, 2)
    with writing(made.engine) as connection:
        connection.execute(image.update().where(image.c.id == 1).values(reference="r1.example/shop/web:1.4", base="debian:12"))
        connection.execute(image_secret.insert().values(image_id=1, kind="aws-access-key"))
        add_registry(connection, 1, "shop/web", "1.4", "1.5-rc", image_id=1)
        add_registry(connection, 2, "other/web", "1.4", image_id=3)
    yield made
    made.assessors.close()
    made.engine.dispose()


def named(fleet, word, project=1):
    with fleet.engine.connect() as connection:
        return words.named_by(connection, project, word)


def test_packages_the_nearest_name_first_with_their_images(fleet):
    found = named(fleet, "openssl").packages
    assert [one.name for one in found.items] == ["openssl", "openssl-provider-legacy", "libopenssl1.1", "python3-openssl"]
    assert [one.images.number for one in found.items] == [2, 1, 1, 1] and not found.more
    assert [one.name for one in named(fleet, "OpenSSL").packages.items] == [one.name for one in found.items]
    assert len(named(fleet, "l").packages.items) == 0, "one letter names everything"


def test_images_repositories_tags_bases_and_secrets(fleet):
    web = named(fleet, "web")
    assert [row["reference"] for row in web.images.items] == ["r1.example/shop/web:1.4"]
    assert [one.repository for one in web.repositories.items] == ["shop/web"]
    assert [(one.repository, one.tag) for one in named(fleet, "1.5").tags.items] == [("shop/web", "1.5-rc")]
    assert [(one.repository, one.tag) for one in named(fleet, "web:1").tags.items] == [
        ("shop/web", "1.4"),
        ("shop/web", "1.5-rc"),
    ]
    assert named(fleet, "debian").bases.items == ("debian:12",)
    assert named(fleet, "AWS").secrets.items == ("aws-access-key",)


@pytest.fixture
def crowded(fleet):
    """Another project has more names than are looked at."""
    add_image(fleet, [deb(f"libother{number}", "1", Source("y", "1")) for number in range(words.CANDIDATES + 20)], 9, 2)
    add_image(fleet, [deb("libs-of-ours", "1", Source("y", "1"))], 10, 1)
    with writing(fleet.engine) as connection:
        unit = connection.execute(select(image_unit.c.unit_id).where(image_unit.c.image_id == 9)).scalars().first()
        row = {"unit_id": unit, "package": "p", "severity": "low", "risk": 1, "confidence": "likely", "fix_state": "unknown"}
        ids = [f"CVE-2024-{number}" for number in range(1000, 1000 + words.CANDIDATES + 20)]
        more = {"first_at": 1.0, "data": b""}
        connection.execute(unit_finding.insert(), [row | more | {"vulnerability": id} for id in ids])
    return fleet


def test_names_of_other_projects_do_not_crowd_out_those_of_this_one(crowded):
    found = named(crowded, "lib").packages
    assert [one.name for one in found.items] == ["libssl3", "libs-of-ours", "libopenssl1.1", "zlib1g"] and not found.more
    assert named(crowded, "cve-2024").vulnerabilities.items == ("CVE-2024-12345", "CVE-2024-12399")


def test_what_is_beyond_the_names_that_are_looked_at_is_stated(crowded, monkeypatch):
    monkeypatch.setattr(words, "FEW_IMAGES", 0)
    found = named(crowded, "lib")
    assert found.packages.more and found
    assert named(crowded, "cve-2024").vulnerabilities.more
    assert not named(crowded, "openssl").packages.more


def test_the_beginning_of_an_id_finds_vulnerabilities(fleet):
    assert named(fleet, "cve-2024-123").vulnerabilities.items == ("CVE-2024-12345", "CVE-2024-12399")
    assert named(fleet, "CVE-2024-1239").vulnerabilities.items == ("CVE-2024-12399",)


def test_nothing_of_another_project(fleet):
    assert not named(fleet, "secretlib") and not named(fleet, "other/web")
    theirs = named(fleet, "web", 2)
    assert [one.repository for one in theirs.repositories.items] == ["other/web"] and not theirs.images
    assert not named(fleet, "aws", 2).secrets and not named(fleet, "debian", 2).bases and not named(fleet, "django", 2).packages


@pytest.mark.parametrize("word", ["%", "_", "100%", "\\", "'", '"', "a" * 300, "", "\x00", "/%_"])
def test_no_word_is_a_pattern(fleet, word):
    assert not named(fleet, word)


def test_groups_are_short_and_say_that_there_is_more(fleet):
    add_image(fleet, [deb(f"libmany{number}", "1", Source("y", "1")) for number in range(20)], 9, 1)
    found = named(fleet, "many").packages
    assert len(found.items) == words.FEW and found.more


def test_a_search_that_was_stopped_says_that_there_may_be_more(fleet, monkeypatch):
    monkeypatch.setattr(words, "SEARCH_S", -1.0)
    found = named(fleet, "libssl")
    assert found.packages == found.vulnerabilities == found.licences == words.Group((), more=True)
    assert found and not found.images.items
