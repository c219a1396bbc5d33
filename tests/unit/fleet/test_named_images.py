"""Images by the names that people give, and what one is compared with."""

import pytest
from tests.support.fleet_units import add_project, fleet_in

from careen.fleet.connection import writing
from careen.fleet.named_images import Beside, beside, named
from careen.fleet.tables import image, project_image, registry, repository, tag, tag_change

ROWS = (
    # number, identity, reference, base digest, project
    (1, "sha256:1", "r.example/shop/web:1.3", "", 1),
    (2, "sha256:2", "r.example/shop/web:1.4", "sha256:5", 1),
    (3, "sha256:3", "r.example/shop/web:1.4", "", 1),
    (4, "upload:1:4", "a report, of a pipeline", "", 1),
    (5, "sha256:5", "r.example/base:12", "", 1),
    (6, "sha256:6", "other.example/shop/web:1.4", "", 2),
    (7, "sha256:7", "docker.io/library/nginx:1", "", 1),
)


@pytest.fixture
def connection(tmp_path):
    fleet = fleet_in(tmp_path)
    for number in (1, 2):
        add_project(fleet, number)
    with writing(fleet.engine) as made:
        for number, identity, reference, base, of in ROWS:
            row = {"id": number, "identity": identity, "digest": identity, "reference": reference, "base_digest": base}
            made.execute(image.insert().values(**row, state="ready", enrolled_at=float(number)))
            made.execute(project_image.insert().values(project_id=of, image_id=number, seen_at=1.0))
        for number, of, host, name in (
            (1, 1, "r.example", "shop/web"),
            (2, 2, "o.example", "shop/web"),
            (3, 1, "docker.io", "library/nginx"),
        ):
            made.execute(registry.insert().values(id=number, project_id=of, host=host))
            made.execute(repository.insert().values(id=number, registry_id=number, name=name))
        for of, name, number in ((1, "1.3", 1), (1, "1.4", 2), (1, "latest", 2), (2, "1.4", 6), (3, "1", 7)):
            made.execute(tag.insert().values(repository_id=of, name=name, image_id=number, seen_at=1.0))
        for at, identity in ((1.0, "sha256:gone"), (2.0, "sha256:3"), (3.0, "sha256:2")):
            made.execute(tag_change.insert().values(repository_id=1, name="1.4", at=at, identity=identity))
        yield made
    fleet.engine.dispose()


@pytest.mark.parametrize(
    ("text", "identities"),
    [
        ("sha256:3", ["sha256:3"]),
        ("shop/web:1.4", ["sha256:2"]),  # where the tag leads now, and not what it was first seen at
        ("r.example/shop/web:1.4", ["sha256:2"]),
        ("shop/web", ["sha256:2"]),
        ("nginx:1", ["sha256:7"]),
        ("a report, of a pipeline", ["upload:1:4"]),
        ("web", ["sha256:3", "sha256:2", "sha256:1"]),
        ("shop/web:9", []),
        ("sha256:6", []),
        ("other.example/shop/web:1.4", []),
        ("%", []),
        ("", []),
        ("\x00", []),
    ],
)
def test_names(connection, text, identities):
    assert [one.identity for one in named(connection, 1, text)] == identities


def test_a_tag_of_two_registries_is_two_images(connection):
    connection.execute(registry.insert().values(id=9, project_id=1, host="z.example"))
    connection.execute(repository.insert().values(id=9, registry_id=9, name="shop/web"))
    connection.execute(tag.insert().values(repository_id=9, name="1.4", image_id=5, seen_at=1.0))
    assert [one.name for one in named(connection, 1, "shop/web:1.4")] == ["r.example/shop/web:1.4", "z.example/shop/web:1.4"]


def test_what_one_is_compared_with(connection):
    found = beside(connection, 1, "sha256:2")
    assert [(one.identity, one.name, one.at) for one in found.earlier] == [("sha256:3", "r.example/shop/web:1.4", 2.0)]
    assert [(one.identity, one.name) for one in found.tags] == [("sha256:1", "r.example/shop/web:1.3")]
    assert [one.identity for one in found.base] == ["sha256:5"]
    assert found.same_name == ()
    assert [one.identity for one in beside(connection, 1, "sha256:3").same_name] == ["sha256:2"]
    assert beside(connection, 1, "sha256:6") == Beside() and not beside(connection, 1, "upload:1:4")
