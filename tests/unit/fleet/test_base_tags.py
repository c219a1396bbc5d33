"""Bases in use: which images stand on a digest that the tag of their base no longer points to."""

import pytest
from sqlalchemy import select, update
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import deb, info

from careen.errors import NetworkError
from careen.fleet import base_tags
from careen.fleet.connection import writing
from careen.fleet.queue import Job
from careen.fleet.search import images, parsed
from careen.fleet.tables import base_tag, image, project_image, registry

OLD, NEW, ARM = (f"sha256:{letter * 64}" for letter in "abc")
JOB = Job("bases", "bases", b"", 2, "test")


@pytest.fixture
def fleet(tmp_path, address):
    made = fleet_in(tmp_path, address)
    database_with(made, [info()], "2026-01-01T00:00:00+00:00")
    one, other = add_project(made, 1), add_project(made, 2)
    bases = [("debian:12", OLD), ("debian:12", ARM), ("debian:12", ""), ("shop.test/base:1", OLD), ("", "")]
    for number, (name, digest) in enumerate(bases, start=1):
        add_image(made, [deb()], number, other if number == 4 else one)
        with writing(made.engine) as connection:
            connection.execute(update(image).where(image.c.id == number).values(base=name, base_digest=digest))
    with writing(made.engine) as connection:
        connection.execute(registry.insert().values(id=7, project_id=2, host="shop.test", namespace=""))
    yield made
    made.engine.dispose()


def checked(fleet, answers):
    asked = []

    def ask(_, source):
        asked.append((source.reference, source.registry_id))
        answer = answers[source.reference]
        if isinstance(answer, Exception):
            raise answer
        return answer

    base_tags.check(fleet, JOB, ask)
    return asked


def bases(fleet, project_id=1):
    with fleet.engine.connect() as connection:
        return base_tags.bases(connection, project_id)


def test_a_tag_that_moved_is_counted_and_what_is_not_known_is_unknown(fleet):
    assert (bases(fleet).outdated, bases(fleet).unknown, bases(fleet).checked_at) == (0, 3, None)
    asked = checked(fleet, {"debian:12": (NEW, ARM), "shop.test/base:1": (OLD,)})
    assert sorted(asked) == [("debian:12", None), ("shop.test/base:1", 7)], "with the credentials of the project that has some"
    found = bases(fleet)
    assert (found.outdated, found.current, found.unknown, found.exact) == (1, 1, 1, True)
    assert [(one.reference, one.images) for one in found.worst] == [("debian:12", 1)]
    assert (bases(fleet, 2).outdated, bases(fleet, 2).current) == (0, 1)
    with fleet.engine.connect() as connection:
        for query, wanted in (("outdated:true", {1}), ("base:debian* outdated:false", {2, 3}), ("-base:debian:12", {5})):
            assert {row["id"] for row in images(connection, 1, parsed(query)).rows} == wanted, query
        assert images(connection, None, parsed("outdated:true")).rows == []


def test_a_registry_that_does_not_answer_is_noted_and_what_was_known_stays(fleet):
    checked(fleet, {"debian:12": (NEW,), "shop.test/base:1": NetworkError("it does not answer")})
    checked(fleet, {"debian:12": NetworkError("it does not answer"), "shop.test/base:1": (NEW,)})
    assert (bases(fleet).outdated, bases(fleet, 2).outdated) == (2, 1)
    with fleet.engine.connect() as connection:
        troubles = dict(connection.execute(select(base_tag.c.reference, base_tag.c.trouble)).all())
    assert troubles == {"debian:12": "it does not answer", "shop.test/base:1": ""}


def test_a_run_is_bounded_and_the_next_one_goes_on(fleet, monkeypatch):
    monkeypatch.setattr(base_tags, "MAX_CHECKED", 1)
    answers = {"debian:12": (NEW,), "shop.test/base:1": (NEW,)}
    assert checked(fleet, answers) + checked(fleet, answers) == [("debian:12", None), ("shop.test/base:1", 7)]


def test_bases_that_are_not_in_use_leave(fleet):
    checked(fleet, {"debian:12": (NEW,), "shop.test/base:1": (NEW,)})
    with writing(fleet.engine) as connection:
        connection.execute(update(project_image).where(project_image.c.image_id == 4).values(deleted_at=1.0))
    checked(fleet, {"debian:12": (NEW,)})
    with fleet.engine.connect() as connection:
        assert connection.execute(select(base_tag.c.reference)).scalars().all() == ["debian:12"]


@pytest.mark.parametrize("odd", ["scratch@sha256:" + "a" * 64, "not a reference", "<script>"])
def test_names_that_makers_invent_are_no_trouble(fleet, odd):
    with writing(fleet.engine) as connection:
        connection.execute(update(image).values(base=odd))
    assert checked(fleet, {}) == []
    assert bases(fleet).unknown == 4
