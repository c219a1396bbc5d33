"""Changes at the same time on PostgreSQL, where two transactions can read the same row before either changes it."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import select, update
from tests.support.fleet_database import postgres_server
from tests.support.service import Service, body_of

from careen.fleet.connection import writing
from careen.fleet.tables import policy, project, user

__all__ = ["postgres_server"]
SOON_S = 0.5


@pytest.fixture
def service(tmp_path, postgres_server):
    made = Service(tmp_path, address=postgres_server.database("at_once_" + tmp_path.name.replace("-", "_").lower()[:40]))
    yield made
    made.fleet.engine.dispose()


def during(service, change, send):
    """The answer to a request that begins while another transaction has made a change, and ends after it."""
    with ThreadPoolExecutor(1) as pool:
        with writing(service.fleet.engine) as connection:
            connection.execute(change)
            answer = pool.submit(send)
            assert wait([answer], SOON_S).not_done, "it waits for the other one"
        return answer.result(30)


def test_a_policy_that_is_changed_meanwhile_is_not_overwritten(service):
    client, url = service.client(service.key), f"{service.path}/policies/default"
    client.put(url, json={"fail_on": ["high"]})
    before = client.get(url).headers["ETag"]
    answer = during(
        service,
        update(policy).values(version=2, rules=b'{"fail_on": ["low"]}'),
        lambda: client.put(url, json={"fail_on": ["critical"]}, headers={"If-Match": before}),
    )
    assert answer.status_code == 412
    assert body_of(client.get(url))["rules"]["fail_on"] == ["low"]


def test_settings_that_are_changed_meanwhile_are_kept(service):
    client, url = service.client(service.key), service.path
    hosts = b'{"hosts": ["mirror.test"]}'
    answer = during(
        service,
        update(project).where(project.c.id == service.id).values(settings=hosts),
        lambda: client.patch(url, json={"deadlines": {"high": 7}}),
    )
    assert answer.status_code == 200, answer.text
    assert body_of(client.get(url))["hosts"] == ["mirror.test"]


def test_two_administrators_cannot_remove_each_other(service):
    with service.fleet.engine.connect() as connection:
        first = connection.execute(select(user.c.id)).scalar_one()
    service.add_user("eve", is_admin=True)
    client = service.logged_in("eve")
    answer = during(
        service,
        update(user).where(user.c.name == "eve").values(is_admin=False),
        lambda: client.patch(f"/api/v1/users/{first}", json={"is_admin": False}),
    )
    assert (answer.status_code, body_of(answer)["code"]) == (409, "last_admin")
