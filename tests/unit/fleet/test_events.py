"""What becomes an event of an image, and how packages are named in events."""

import json

import pytest
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in, rows
from tests.support.matching import advisory, deb, info, pypi

from careen.fleet.connection import writing
from careen.fleet.events import Rule, after_ready, lasting
from careen.fleet.tables import event, outbox, subscription


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    database_with(made, [info(unfixed=True), advisory()], "2026-01-01T00:00:00+00:00")
    yield made
    made.engine.dispose()


def ready(fleet, number):
    with writing(fleet.engine) as connection:
        after_ready(connection, number)


def test_an_image_introduces_what_no_other_has(fleet):
    add_image(fleet, [deb(), pypi()], 1)
    ready(fleet, 1)
    add_image(fleet, [deb()], 2)
    ready(fleet, 2)
    assert rows(fleet, event, "kind", "image_id", "images") == [
        ("image_ready", 1, 1),
        ("image_ready", 2, 1),
        ("introduced", 1, 1),
    ]
    (detail,) = [json.loads(data) for kind, data in rows(fleet, event, "kind", "detail") if kind == "introduced"]
    assert detail["count"] == 1
    assert detail["worst"] == [["CVE-2026-0001", deb().purl]]


def test_only_projects_that_see_the_image_get_messages(fleet):
    one, other = add_project(fleet, 1), add_project(fleet, 2)
    with writing(fleet.engine) as connection:
        for number, project_id in ((1, one), (2, other)):
            row = {"id": number, "project_id": project_id, "kind": "webhook", "target": b"", "created_at": 0.0}
            connection.execute(subscription.insert().values(row))
    add_image(fleet, [pypi()], 1, one)
    ready(fleet, 1)
    assert rows(fleet, outbox, "subscription_id", "state") == [(1, "waiting")]


@pytest.mark.parametrize(
    ("purl", "name"),
    [
        ("pkg:deb/debian/openssl@3.0.11-1?arch=amd64&distro=debian-12", "pkg:deb/debian/openssl"),
        ("pkg:npm/%40acme/web@1.0", "pkg:npm/%40acme/web"),
        ("pkg:golang/github.com/a/b", "pkg:golang/github.com/a/b"),
        ("pkg:github/a/b@v1#sub/path", "pkg:github/a/b"),
    ],
)
def test_a_package_without_its_version(purl, name):
    assert lasting(purl) == name


def test_rules():
    assert Rule().wants("disclosed", "low")
    assert not Rule(("resolved",)).wants("disclosed", "low")
    assert Rule(severity="high").wants("disclosed", "critical")
    assert not Rule(severity="high").wants("disclosed", "medium")
    assert Rule(severity="high").wants("image_ready", "")
