"""A project with a registry, a repository of one tag that led to two images, and one image that was not assessed."""

import pytest

from careen.fleet.connection import writing
from careen.fleet.tables import agent_report, registry, repository, tag, tag_change

OLD, NEW, GREY = (f"sha256:{number:064x}" for number in (1, 2, 3))


@pytest.fixture
def world(service):
    counted = {"critical": 1, "high": 2, "medium": 3, "fixable": 4, "exploited": 1, "risk": 99_100, "packages": 5}
    service.add_image(OLD, service.id, reference="registry.test/team/app:1", coverage="assessed", risk=50_000, high=9)
    new = service.add_image(
        NEW, service.id, reference="registry.test/team/app:2", coverage="partially_assessed", runs_at=9.0, **counted
    )
    service.add_image(GREY, service.id, reference="registry.test/odd:1", coverage="not_assessed")
    with writing(service.fleet.engine) as connection:
        row = {"project_id": service.id, "host": "registry.test"}
        service.registry = connection.execute(registry.insert().values(row)).inserted_primary_key[0]
        row = {"registry_id": service.registry, "name": "team/app"}
        service.repository = connection.execute(repository.insert().values(row)).inserted_primary_key[0]
        row = {"repository_id": service.repository, "name": "latest"}
        connection.execute(tag.insert().values(**row, image_id=new, seen_at=5.0, pushed_at=4.0))
        for at, identity in ((1.0, "sha256:gone"), (2.0, OLD), (3.0, NEW)):
            connection.execute(tag_change.insert().values(**row, at=at, identity=identity))
        row = {"project_id": service.id, "source": "production", "namespace": "web", "workload": "Deployment/app"}
        connection.execute(agent_report.insert().values(**row, digest=NEW, at=8.0))
    service.pages = f"/projects/{service.id}"
    return service


@pytest.fixture
def browser(world):
    return world.browser(world.admin)
