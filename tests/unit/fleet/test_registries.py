"""Registries of projects are added, changed, listed, tried out and removed."""

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from tests.support.registries.fleet import known_names, new_project, small_fleet
from tests.support.registries.makers import Distribution, Harbor, digest
from tests.support.registries.rerouted import Rerouted

from careen.errors import InputError, UsageError
from careen.fleet import registries
from careen.fleet.asking import Login
from careen.fleet.registries import Choice, add, change, due, listed, remove, try_out
from careen.fleet.tables import repository, tag
from careen.net import NetSettings, make_fetcher

IMAGES = {f"team/app{n}": {"1": digest(n + 1), "2": digest(n + 100)} for n in range(25)}


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    known_names(monkeypatch)
    made = small_fleet(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def project(fleet):
    return new_project(fleet)


def to(server):
    def make(_settings, _wait):
        return Rerouted(make_fetcher(NetSettings(), sleep=lambda _: None), {"registry.example": server})

    return make


def test_what_is_shown_has_no_secret(fleet, project):
    choice = Choice(include=("team/*",), newest=3)
    add(fleet, project, "registry.example/team", choice, 3600.0, Login("ann", "s3cret"), webhook_secret="h00k")
    (found,) = listed(fleet, project)
    assert (found.host, found.namespace, found.choice, found.every_s) == ("registry.example", "team", choice, 3600.0)
    assert (found.username, found.has_webhook_secret, found.uses_helper) == ("ann", True, False)
    assert "s3cret" not in repr(found)
    assert "h00k" not in repr(found)


def test_another_project_sees_and_changes_nothing(fleet, project):
    number = add(fleet, project, "registry.example")
    other = new_project(fleet, "two")
    assert listed(fleet, other) == []
    assert not remove(fleet, other, number)
    with pytest.raises(InputError):
        change(fleet, other, number, every_s=60.0)
    assert len(listed(fleet)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda fleet, project: add(fleet, project, "registry"),
        lambda fleet, project: add(fleet, project, "registry.example/a:1"),
        lambda fleet, project: add(fleet, project, "registry.example", Choice(newest=0)),
        lambda fleet, project: add(fleet, project, "registry.example", every_s=5.0),
        lambda fleet, project: add(fleet, project, "registry.example", per_second=0.0),
        lambda fleet, project: add(fleet, project, "registry.example", kind="other"),
    ],
)
def test_what_cannot_be_added(fleet, project, wrong):
    with pytest.raises(UsageError):
        wrong(fleet, project)
    assert listed(fleet) == []


def test_the_same_registry_twice(fleet, project):
    add(fleet, project, "registry.example/team")
    add(fleet, project, "registry.example")
    with pytest.raises(UsageError, match="already"):
        add(fleet, project, "registry.example/team")


def test_names_of_docker_hub(fleet, project):
    for name in ("docker.io/a", "index.docker.io/b", "hub.docker.com/c"):
        add(fleet, project, name)
    assert {each.host for each in listed(fleet)} == {"docker.io"}


def test_a_change_keeps_the_rest(fleet, project):
    number = add(fleet, project, "registry.example", Choice(newest=3), None, Login("ann", "s3cret"))
    change(fleet, project, number, every_s=600.0)
    (found,) = listed(fleet)
    assert (found.every_s, found.choice.newest, found.username) == (600.0, 3, "ann")
    change(fleet, project, number, choice=Choice(), login=None)
    (found,) = listed(fleet)
    assert (found.every_s, found.choice, found.username) == (600.0, Choice(), "")


def test_those_that_are_due(fleet, project):
    add(fleet, project, "registry.example/a", every_s=3600.0)
    add(fleet, project, "registry.example/b")
    with fleet.engine.connect() as connection:
        assert due(connection, 0.0) == []
        assert due(connection, 1e12) == [1]


def test_a_test_shows_what_a_crawl_sees_and_stores_nothing(fleet, project):
    number = add(fleet, project, "registry.example", Choice(exclude=("team/app24", "*:1"), newest=1), per_second=1000.0)
    with Distribution(IMAGES) as server:
        seen = list(try_out(fleet, number, to(server)))
        assert server.count("HEAD") == 0
    assert [each.step for each in seen] == ["kind", *["repository"] * 20, "more", "done"]
    assert seen[1].text == "team/app0: 1 of 2 tags"
    assert seen[-1].text == "25 repositories, 24 of them wanted"
    with fleet.engine.connect() as connection:
        assert not connection.execute(select(repository.c.id)).all()
        assert not connection.execute(select(tag.c.id)).all()


def test_a_test_ends_with_its_failure(fleet, project):
    number = add(fleet, project, "registry.example", login=Login("ann", "wr0ng"), per_second=1000.0)
    with Distribution(IMAGES, "ann", ["right"]) as server:
        seen = list(try_out(fleet, number, to(server)))
    assert seen[-1].step == "failure"
    assert "does not accept the user 'ann'" in seen[-1].text
    assert "wr0ng" not in seen[-1].text
    assert [each.step for each in try_out(fleet, 99)] == ["failure"]


def test_a_registry_of_harbor_by_its_own_interface(fleet, project):
    with Harbor(IMAGES) as server:
        listing = replace(fleet, settings=replace(fleet.settings, private_hosts=(server.host,)))
        number = add(listing, project, f"{server.host}/team", per_second=1000.0)
        seen = list(try_out(listing, number))
    assert seen[0].text == "Harbor"
    assert registries.listed(fleet)[0].kind == ""  # nothing is stored
