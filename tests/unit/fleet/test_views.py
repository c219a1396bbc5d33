"""Saved views: of a project, by name, and never a link to somewhere else."""

import pytest
from tests.support.triage_world import triage_fleet

from careen.errors import UsageError
from careen.fleet import views
from careen.fleet.connection import writing


@pytest.fixture
def fleet(tmp_path, address):
    made = triage_fleet(tmp_path, address)
    yield made
    made.engine.dispose()


def test_a_view_is_of_its_project_and_a_name_is_there_once(fleet):
    with writing(fleet.engine) as connection:
        number = views.save(connection, 1, "what runs", "images?runs=true", "user:ada")
        assert views.save(connection, 1, "what runs", "images?runs=true&sort=risk", "user:bob") == number
        views.save(connection, 2, "what runs", "images", "user:eve")
    with writing(fleet.engine) as connection:
        assert [(view.path, view.made_by) for view in views.listed(connection, 1)] == [
            ("images?runs=true&sort=risk", "user:bob")
        ]
        assert not views.remove(connection, 2, number), "of another project"
        assert views.remove(connection, 1, number) and not views.remove(connection, 1, number)
        assert views.listed(connection, 1) == [] and len(views.listed(connection, 2)) == 1


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.test/",
        "//evil.test",
        "/images",
        "javascript:alert(1)",
        "../../logout",
        "images/../../x",
        "",
        "\\\\evil",
        "a" * 2001,
    ],
)
def test_a_view_is_a_page_of_the_project(fleet, path):
    with writing(fleet.engine) as connection, pytest.raises(UsageError):
        views.save(connection, 1, "odd", path, "user:ada")


def test_they_are_bounded(fleet, monkeypatch):
    monkeypatch.setattr(views, "MAX_VIEWS", 1)
    with writing(fleet.engine) as connection:
        views.save(connection, 1, "one", "images", "user:ada")
        views.save(connection, 1, "one", "triage", "user:ada")
        with pytest.raises(UsageError):
            views.save(connection, 1, "two", "images", "user:ada")
