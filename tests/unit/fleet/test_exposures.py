"""Which images an intruder reaches: documents of ``careen exposure`` itself, and the names by which images are found."""

import io

import msgspec
import pytest
from tests.conftest import ROOT
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import advisory, deb, info

from careen.app.exposing import exposure
from careen.config import settings_of
from careen.errors import InputError
from careen.exposure import document
from careen.fleet import exposures, search
from careen.fleet.connection import writing
from careen.fleet.query import parsed
from careen.fleet.tables import image, registry, repository, tag
from careen.plugins import ReportOptions

DIGEST = "sha256:" + "d" * 64


def container(image_name, likelihood=0.5, id="container:a"):
    return {"id": id, "kind": "container", "label": id, "likelihood": likelihood, "container": {"image": image_name}}


def sent(*nodes, paths=()):
    return exposures.read(msgspec.json.encode({"schema": "careen.exposure/1", "nodes": nodes, "paths": paths, "more": 1}))


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    database_with(made, [info(), advisory()], "2026-01-01T00:00:00+00:00")
    one, other = add_project(made, 1), add_project(made, 2)
    for number, project in ((1, one), (2, one), (3, one), (4, other)):
        add_image(made, [deb()], number, project)
    yield made
    made.engine.dispose()


def name(fleet, number, **values):
    with writing(fleet.engine) as connection:
        connection.execute(image.update().where(image.c.id == number).values(**values))


def keep(fleet, found, project=1, source="prod"):
    with writing(fleet.engine) as connection:
        return exposures.store(connection, project, source, found, "key:ci", 5.0)


def exposed(fleet, project=1, query="exposed:true"):
    with fleet.engine.connect() as connection:
        return {row["id"] for row in search.images(connection, project, parsed(query)).rows}


def test_a_document_of_the_command(fleet, tmp_path):
    stream = io.StringIO()
    answer = exposure([str(ROOT / "examples/shop/compose.yaml")], settings_of({"cache_dir": str(tmp_path)}))
    document.write(answer, stream, ReportOptions())
    first = next(node for node in answer.graph.containers() if node.id in answer.likelihood_by_node and node.container.image)
    inside = [node for node in answer.graph.containers() if node.id not in answer.likelihood_by_node]
    name(fleet, 1, reference=first.container.image)
    stored = keep(fleet, exposures.read(stream.getvalue().encode()))
    assert stored.containers == sum(1 for _ in answer.graph.containers())
    assert (stored.reached, stored.paths) == (stored.containers - len(inside), len(answer.paths))
    with fleet.engine.connect() as connection:
        (seen,) = exposures.seen(connection, 1, 1)
        assert exposures.seen(connection, 1, 2) == ()
    own = {node.id for node in seen.containers}
    passing = [path for path in answer.paths if own & set(path.nodes)]
    assert [path.score for path in seen.paths] == [path.score for path in passing][: exposures.SHOWN]
    assert seen.more == max(0, len(passing) - exposures.SHOWN)
    labels = answer.graph.labels()
    assert seen.labels == {id: labels[id] for path in seen.paths for id in path.nodes} | {id: labels[id] for id in own}
    assert seen.is_exposed and exposed(fleet) == {1}


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        ("registry.test/team/app:1", "registry.test/team/app:1"),
        ("nginx", "nginx"),
        ("nginx", "nginx:latest"),
        ("docker.io/library/nginx:1.25", "nginx:1.25"),
        ("nginx:1.25", "docker.io/library/nginx:1.25"),
    ],
)
def test_a_name_is_found_in_each_of_its_forms(fleet, written, reference):
    name(fleet, 2, reference=reference)
    name(fleet, 4, reference=reference)
    keep(fleet, sent(container(written)))
    assert exposed(fleet) == {2}
    assert exposed(fleet, query="-exposed:true") == {1, 3} == exposed(fleet, query="exposed:false")
    assert exposed(fleet, 2) == set(), "a deployment is of one project"


def test_a_digest_decides_alone(fleet):
    name(fleet, 1, reference="app:1", digest=DIGEST)
    name(fleet, 2, reference="app:1")
    keep(fleet, sent(container(f"app:1@{DIGEST}")))
    assert exposed(fleet) == {1}


def test_of_several_images_of_a_name_the_newest_counts(fleet):
    for number in (1, 2, 4):
        name(fleet, number, reference="app:1")
    keep(fleet, sent(container("app:1")))
    assert exposed(fleet) == {2}, "and another project's newer one is not asked"


def test_a_tag_of_a_watched_registry(fleet):
    with writing(fleet.engine) as connection:
        for number, project in ((1, 1), (2, 2)):
            connection.execute(registry.insert().values(id=number, project_id=project, host="r.test"))
            connection.execute(repository.insert().values(id=number, registry_id=number, name="team/app"))
        connection.execute(tag.insert().values(repository_id=1, name="2", image_id=3, seen_at=1.0))
        connection.execute(tag.insert().values(repository_id=2, name="2", image_id=4, seen_at=1.0))
    keep(fleet, sent(container("r.test/team/app:2")))
    assert exposed(fleet) == {3}


@pytest.mark.parametrize("likelihood", [None, 0.0])
def test_what_no_path_leads_to_is_shown_and_not_exposed(fleet, likelihood):
    name(fleet, 1, reference="app:1")
    keep(fleet, sent(container("app:1", likelihood), container("", 0.9, "built"), container("Not A Name", 0.9, "bad")))
    assert exposed(fleet) == set()
    with fleet.engine.connect() as connection:
        assert [one.is_exposed for one in exposures.seen(connection, 1, 1)] == [False]


def test_a_source_replaces_what_it_sent_and_leaves_as_a_whole(fleet):
    name(fleet, 1, reference="app:1")
    name(fleet, 2, reference="app:2")
    keep(fleet, sent(container("app:1")))
    keep(fleet, sent(container("app:2")))
    keep(fleet, sent(container("app:1")), source="test")
    assert exposed(fleet) == {1, 2}
    with writing(fleet.engine) as connection:
        assert exposures.remove(connection, 1, "test") and not exposures.remove(connection, 1, "test")
        assert not exposures.remove(connection, 2, "prod")
        assert [source for source, *_ in exposures.sources(connection, 1)] == ["prod"]
    assert exposed(fleet) == {2}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"schema": "careen.report/1", "nodes": [], "paths": []}',
        b'{"schema": "careen.exposure/1", "nodes": [{"id": 1}], "paths": []}',
        msgspec.json.encode({"schema": "careen.exposure/1", "nodes": [container("x" * 3000)], "paths": []}),
        msgspec.json.encode({"schema": "careen.exposure/1", "nodes": [container("")] * 20_001, "paths": []}),
    ],
)  # fmt: skip
def test_another_document_is_refused(data):
    with pytest.raises(InputError):
        exposures.read(data)
