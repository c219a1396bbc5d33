"""Scans that people ask for, and images as lists show them."""

import pytest
from tests.support.service import body_of

from careen.fleet import enrolment
from careen.fleet.connection import writing
from careen.fleet.tables import context as contexts
from careen.fleet.tables import (
    event,
    event_project,
    image_unit,
    repository,
    tag,
    tag_change,
    unit,
    unit_finding,
    unit_package,
)

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def test_a_scan_from_its_request_to_its_end(service):
    client = service.client(service.key)
    found = client.post(f"{service.path}/scans", json={"reference": "registry.test/app:1"})
    assert found.status_code == 202 and body_of(found)["waits"]
    url = found.headers["location"]
    assert client.get(url).status_code == 200
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
    again = client.post(f"{service.path}/scans", json={"reference": "registry.test/app:2", "registry": 9})
    assert (again.status_code, body_of(again)["code"]) == (422, "registry")


def test_an_image_that_a_scan_names_stays_when_its_tag_goes(service, monkeypatch):
    wanted, usual = [], enrolment.enrol
    monkeypatch.setattr(
        enrolment, "enrol", lambda fleet, project, asked, *rest: wanted.append(asked) or usual(fleet, project, asked, *rest)
    )
    assert service.client(service.key).post(f"{service.path}/scans", json={"reference": "r.test/app:1"}).status_code == 202
    assert [each.lasts for each in wanted] == [True]


def test_a_scan_that_another_project_waits_for_goes_on(service):
    other = service.add_project("other")
    for project in (service.id, other):
        service.add_image(ONE, project, state="reading")
    assert service.client(service.key).delete(f"{service.path}/scans/{ONE}").status_code == 204
    theirs = service.client(service.add_key(project_id=other))
    assert body_of(theirs.get(f"/api/v1/projects/{other}/scans/{ONE}"))["state"] == "reading"


def test_a_scan_that_is_over_is_not_cancelled(service):
    service.add_image(ONE, service.id)
    found = service.client(service.key).delete(f"{service.path}/scans/{ONE}")
    assert (found.status_code, body_of(found)["code"]) == (409, "over")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [TWO, ONE]),
        ("sort=newest", [ONE, TWO]),
        ("severity=high", [TWO]),
        ("runs=true", [ONE]),
        ("coverage=assessed", [ONE]),
        ("state=failed", []),
        ("exploited=true", [TWO]),
        ("repository=1", [ONE]),
    ],
)
def test_filters_of_images(service, query, found):
    number = service.add_image(ONE, service.id, risk=1, enrolled_at=9.0, runs_at=1.0, coverage="assessed")
    service.add_image(TWO, service.id, risk=2, high=1, exploited=1)
    watched = body_of(service.client(service.key).post(f"{service.path}/registries", json={"host": "registry.test"}))["id"]
    with writing(service.fleet.engine) as connection:
        connection.execute(repository.insert().values(registry_id=watched, name="app"))
        connection.execute(tag.insert().values(repository_id=1, name="1", image_id=number, seen_at=1.0))
    listed = body_of(service.client(service.key).get(f"{service.path}/images?{query}"))
    assert [entry["identity"] for entry in listed["items"]] == found


def test_tags_and_their_history(service):
    number = service.add_image(ONE, service.id)
    client = service.client(service.key)
    watched = body_of(client.post(f"{service.path}/registries", json={"host": "registry.test", "password": "x"}))
    assert watched["has_credentials"]
    with writing(service.fleet.engine) as connection:
        connection.execute(repository.insert().values(registry_id=watched["id"], name="app"))
        connection.execute(tag.insert().values(repository_id=1, name="1", image_id=number, seen_at=1.0))
        for identity in (TWO, ONE):
            connection.execute(tag_change.insert().values(at=1.0, repository_id=1, name="1", identity=identity))
    assert body_of(client.get(f"{service.path}/repositories"))["items"][0]["host"] == "registry.test"
    assert body_of(client.get(f"{service.path}/repositories/1/tags"))["items"][0]["identity"] == ONE
    history = body_of(client.get(f"{service.path}/repositories/1/tags/1/history"))["items"]
    assert [entry["identity"] for entry in history] == [ONE, TWO]
    assert body_of(client.post(f"{service.path}/registries/{watched['id']}/test")) == {
        "works": True,
        "repositories": ["team/app"],
        "trouble": "",
    }
    assert client.post(f"{service.path}/registries/{watched['id']}/crawl").status_code == 202
    assert client.delete(f"{service.path}/registries/{watched['id']}").status_code == 204
    assert client.get(f"{service.path}/repositories/1/tags").status_code == 404


def test_who_has_it_and_what_happened(service):
    other = service.add_project("other")
    mine, theirs = service.add_image(ONE, service.id, runs_at=5.0), service.add_image(TWO, other)
    with writing(service.fleet.engine) as connection:
        connection.execute(contexts.insert().values(key=b"c" * 32, data=b""))
        values = {"key": b"u" * 32, "context_id": 1, "data": b"", "type": "deb", "name": "openssl", "version": "3"}
        connection.execute(unit.insert().values(**values, licences="Apache-2.0"))
        for position, (type, name) in enumerate((("deb", "openssl"), ("pypi", "owned"))):
            row = {"unit_id": 1, "position": position, "type": type, "name": name, "version": "3"}
            connection.execute(unit_package.insert().values(row))
        found = {"severity": "high", "risk": 42_000, "confidence": "likely", "fix_state": "fixed", "first_at": 1.0, "data": b""}
        connection.execute(unit_finding.insert().values(unit_id=1, vulnerability="CVE-2026-1", package="pkg:deb/x", **found))
        for number in (mine, theirs):
            connection.execute(image_unit.insert().values(image_id=number, unit_id=1))
            connection.execute(event.insert().values(at=1.0, kind="image_ready", image_id=number))
        connection.execute(event.insert().values(at=2.0, kind="disclosed", images=2, vulnerability="CVE-2026-1"))
        for number, of in ((1, service.id), (2, other), (3, service.id), (3, other)):
            connection.execute(event_project.insert().values(project_id=of, event_id=number, images=1))
    client = service.client(service.key)
    listed = body_of(client.get(f"{service.path}/vulnerabilities/CVE-2026-1"))["items"]
    assert [(entry["identity"], entry["risk"], entry["runs_at"]) for entry in listed] == [(ONE, 42.0, 5.0)]
    happened = body_of(client.get(f"{service.path}/events"))["items"]
    assert [(entry["kind"], entry["identity"], entry["images"]) for entry in happened] == [
        ("disclosed", None, 1), ("image_ready", ONE, 1),
    ]  # fmt: skip
    first = body_of(client.get(f"{service.path}/images/{ONE}/packages?limit=1"))
    second = body_of(client.get(f"{service.path}/images/{ONE}/packages?limit=1&cursor={first['next']}"))
    listed = [(entry["type"], entry["name"], entry["licences"]) for page in (first, second) for entry in page["items"]]
    assert listed == [("deb", "openssl", "Apache-2.0"), ("pypi", "owned", "")] and second["next"] is None


def test_an_agent_marks_what_runs_and_replaces_its_report(service):
    service.add_image(ONE, service.id)
    service.add_image(TWO, service.add_project("other"))
    client, url = service.client(service.key), f"{service.path}/agents/prod"
    running = {"workloads": [{"reference": f"a@{digest}", "digest": digest, "workload": "a"} for digest in (ONE, TWO)]}
    for _ in range(2):
        assert body_of(client.put(url, json=running)) == {"workloads": 2, "known": 1}
    assert body_of(client.get(f"{service.path}/images/{ONE}"))["runs_at"] is not None
    assert body_of(client.put(url, json={"workloads": []})) == {"workloads": 0, "known": 0}


def test_another_project_with_the_same_image_does_not_see_that_it_runs(service):
    other = service.add_project("other")
    for project_id in (service.id, other):
        service.add_image(ONE, project_id)
    running = {"workloads": [{"reference": f"a@{ONE}", "digest": ONE}]}
    assert body_of(service.client(service.key).put(f"{service.path}/agents/prod", json=running))["known"] == 1
    client, path = service.client(service.add_key(project_id=other)), f"/api/v1/projects/{other}"
    assert body_of(client.get(f"{path}/images/{ONE}"))["runs_at"] is None
    assert body_of(client.get(f"{path}/images?runs=true"))["items"] == []
    assert [entry["identity"] for entry in body_of(client.get(f"{path}/images?runs=false"))["items"]] == [ONE]


def test_jobs_are_for_administrators(service):
    client = service.client(service.key)
    client.post(f"{service.path}/uploads", content=b'{"bomFormat": "CycloneDX"}', headers={"Content-Type": "application/json"})
    assert client.get("/api/v1/jobs").status_code == 403
    admin = service.logged_in(service.admin)
    found = body_of(admin.get("/api/v1/jobs"))
    assert [(job["kind"], job["owner"]) for job in found["items"]] == [("upload", "key:ci")] and found["depth"]["0"] == 1
    assert admin.delete("/api/v1/jobs/1").status_code == 204 and admin.delete("/api/v1/jobs/1").status_code == 404
