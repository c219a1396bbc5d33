"""What all operations share: who may ask, forms of requests, problems, versions, pages."""

import errno
import sqlite3

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from tests.support.service import ADDRESS, PASSWORD, body_of

from careen.errors import NetworkError, NotListedError
from careen.fleet import enrolment
from careen.fleet.tables import audit
from careen.server.document import operations
from careen.server.limits import Rates

VALUES = {
    "project": "1", "user": "1", "key": "1", "job": "1", "registry": "1", "repository": "1", "tag": "latest",
    "identity": "sha256:1",
    "id": "CVE-2026-1", "decision": "1", "policy": "default", "source": "cluster",
    "batch": "0" * 32, "view": "1", "name": "x", "subscription": "1", "delivery": "1", "channel": "slack",
    "uuid": "00000000-0000-0000-0000-000000000000",
}  # fmt: skip
GUARDED = [operation for operation in operations() if operation.scope != "public"]
IN_PROJECTS = [operation for operation in GUARDED if "{project}" in operation.path]


def test_nobody_gets_in_without_a_key_and_with_a_wrong_one(service):
    for operation in GUARDED:
        url = operation.path.format(**VALUES)
        assert service.client().request(operation.method, url).status_code == 401
        service.app.state.rates = Rates(1000)
        wrong = service.client("careen_0123456789ab_wrong").request(operation.method, url)
        assert (wrong.status_code, wrong.headers["content-type"]) == (401, "application/problem+json")


def test_another_project_is_404(service):
    other = service.add_project("other")
    member = service.logged_in(service.add_user("rita", role="admin"))
    for operation in IN_PROJECTS:
        url = operation.path.format(**{**VALUES, "project": str(other)})
        assert service.client(service.key).request(operation.method, url).status_code == 404
        assert member.request(operation.method, url).status_code == 404


def test_a_key_may_do_what_its_scopes_allow(service):
    for operation in GUARDED:
        if operation.scope == "signed-in":
            continue
        key = service.add_key({"read", "triage", "scan", "upload", "agent", "admin"} - {operation.scope}, service.id)
        found = service.client(key).request(operation.method, operation.path.format(**VALUES))
        assert (found.status_code, body_of(found)["code"]) == (403, "scope")


def test_a_role_decides_what_a_member_may(service):
    reader = service.logged_in(service.add_user("rita", role="reader"))
    assert reader.get(f"{service.path}/images").status_code == 200
    decided = {"vulnerability": "CVE-2026-1", "status": "fixed", "package": "pkg:deb/debian/openssl"}
    assert reader.post(f"{service.path}/decisions", json=decided).status_code == 403
    triager = service.logged_in(service.add_user("theo", role="triager"))
    assert triager.post(f"{service.path}/decisions", json=decided).status_code == 201
    assert triager.get("/api/v1/users").status_code == 403


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/nothing", 404),
        ("PATCH", "/api/v1/me", 405),
        ("GET", "/api/v1/projects/x", 404),
        ("GET", "/api/v1/projects/0", 404),
    ],
)
def test_every_refusal_is_a_problem(service, method, url, status):
    found = service.client(service.key).request(method, url)
    assert (found.status_code, found.headers["content-type"]) == (status, "application/problem+json")
    assert body_of(found)["status"] == status and body_of(found)["code"]
    if status == 405:
        assert "GET" in found.headers["allow"]


def test_forms_of_bodies(service):
    client, url = service.client(service.key), f"{service.path}/scans"
    assert client.post(url, content=b"a=b", headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.post(url, content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert client.post(url, json={"reference": "a", "more": 1}).status_code == 400
    assert client.post(url, json={"reference": 1}).status_code == 400
    assert client.post(url, content=b"[" * 100_000, headers={"Content-Type": "application/json"}).status_code == 400
    large = client.post(url, content=b" " * (2 << 20), headers={"Content-Type": "application/json"})
    assert (large.status_code, body_of(large)["code"]) == (413, "too_large")
    assert client.request("DELETE", f"{url}/sha256:1", content=b"x").status_code == 413


def test_a_body_without_a_length_is_counted(service):
    parts = (b" " * 65536 for _ in range(64))
    headers = {"Content-Type": "application/json"}
    assert service.client(service.key).post(f"{service.path}/scans", content=parts, headers=headers).status_code == 413


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1&limit=2", "more=1", "sort=odd", "runs=yes", "repository=1e3"])
def test_a_wrong_parameter_is_refused(service, query):
    assert service.client(service.key).get(f"{service.path}/images?{query}").status_code == 400


def test_versions(service):
    client, url = service.client(service.key), f"{service.path}/policies/default"
    made = client.put(url, json={"fail_on": ["high"]})
    assert made.status_code == 200 and body_of(made)["version"] == 1
    first = client.get(url)
    assert client.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    changed = client.put(url, json={"fail_on": ["low"]}, headers={"If-Match": first.headers["etag"]})
    assert body_of(changed)["version"] == 2
    late = client.put(url, json={}, headers={"If-Match": first.headers["etag"]})
    assert (late.status_code, body_of(late)["code"]) == (412, "changed")
    assert client.delete(url, headers={"If-Match": client.get(url).headers["etag"]}).status_code == 204
    assert client.get(url).status_code == 404


def test_pages_have_every_row_once(service):
    for number in range(23):
        service.add_image(f"sha256:{number:064x}", service.id, risk=number % 4)
    client, seen, cursor = service.client(service.key), [], ""
    while True:
        found = body_of(client.get(f"{service.path}/images?limit=5{cursor}"))
        seen += [(entry["risk"], entry["identity"]) for entry in found["items"]]
        if found["next"] is None:
            break
        cursor = f"&cursor={found['next']}"
    assert len(seen) == len(set(seen)) == 23
    assert [risk for risk, _ in seen] == sorted((risk for risk, _ in seen), reverse=True)


def test_a_cursor_is_good_for_its_list_alone(service):
    for number in range(3):
        service.add_image(f"sha256:{number:064x}", service.id)
    client = service.client(service.key)
    cursor = body_of(client.get(f"{service.path}/images?limit=1"))["next"]
    assert client.get(f"{service.path}/images?limit=1&cursor={cursor}").status_code == 200
    changed = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for url in (
        f"{service.path}/images?sort=newest&cursor={cursor}",
        f"{service.path}/decisions?cursor={cursor}",
        f"{service.path}/images?cursor={changed}",
        f"{service.path}/images?cursor=AAAA",
    ):
        found = client.get(url)
        assert (found.status_code, body_of(found)["code"]) == (422, "cursor"), url


def test_errors_of_the_fleet_have_their_status(service, monkeypatch, caplog):
    client = service.client(service.key)

    def unreachable(*_):
        raise NetworkError("registry.test does not answer", "check it")

    monkeypatch.setattr(enrolment, "enrol", unreachable)
    found = client.post(f"{service.path}/scans", json={"reference": "registry.test/app"})
    assert (found.status_code, body_of(found)["code"], found.headers["retry-after"]) == (503, "network", "30")

    def refused(*_):
        raise NotListedError("registry.test is in a private network", "list it")

    monkeypatch.setattr(enrolment, "enrol", refused)
    found = client.post(f"{service.path}/scans", json={"reference": "registry.test/app"})
    assert (found.status_code, body_of(found)["code"]) == (422, "not_listed"), "no program asks again and again"

    def broken(*_):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(enrolment, "enrol", broken)
    found = client.post(f"{service.path}/scans", json={"reference": "registry.test/app"})
    assert found.status_code == 500 and b"hunter2" not in found.content
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert line.startswith("a request failed: RuntimeError in scans.py, line ") and "hunter2" not in line


def test_every_change_is_in_the_audit_log_which_only_grows(service):
    client = service.client(service.key)
    client.put(f"{service.path}/policies/default", json={})
    client.delete(f"{service.path}/policies/default")
    found = body_of(client.get(f"{service.path}/audit"))["items"]
    assert [entry["action"] for entry in found] == ["delete_policy", "set_policy"]
    assert found[0]["actor"] == "key:ci" and found[0]["project"] == service.id
    touching = [operation for operation in operations() if "audit" in operation.path and operation.method != "GET"]
    assert not touching


def test_a_refused_change_is_not_in_the_audit_log(service):
    client = service.client(service.key)
    assert client.put(f"{service.path}/policies/default", json={"fail_on": ["odd"]}).status_code == 422
    assert client.delete(f"{service.path}/policies/default").status_code == 404
    with service.fleet.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar() == 0


def test_rates(tmp_path, monkeypatch):
    from tests.support.service import Service

    from careen.server.options import ServerOptions

    service = Service(tmp_path, ServerOptions(requests_per_minute=3))
    client = service.client(service.key)
    codes = [client.get("/api/v1/me").status_code for _ in range(5)]
    assert codes[:3] == [200] * 3 and 429 in codes
    assert service.client(service.add_key(project_id=service.id)).get("/api/v1/me").status_code == 200
    service.fleet.engine.dispose()


def test_guesses_are_slowed_down(service):
    client = service.client("careen_0123456789ab_wrong")
    codes = [client.get("/api/v1/me").status_code for _ in range(40)]
    assert codes[0] == 401 and codes[-1] == 429
    assert "retry-after" in client.get("/api/v1/me").headers


def test_the_document_is_served(service):
    found = body_of(service.client().get("/api/v1/openapi.json"))
    assert found["openapi"] == "3.1.0" and "/api/v1/bom" in found["paths"]


def test_a_login_of_another_name_takes_as_long_as_a_wrong_password(service, monkeypatch):
    from careen.server.api import access

    asked = []
    monkeypatch.setattr(access, "verified", lambda kept, password: asked.append(kept) or False)
    for name in ("ada", "nobody"):
        found = service.client().post("/api/v1/session", json={"name": name, "password": PASSWORD})
        assert found.status_code == 401
    assert asked[0].startswith("$argon2") and asked[1] == ""


def test_requests_for_other_hosts_are_refused(service):
    client = service.client(service.key)
    found = client.get("/api/v1/me", headers={"Host": "attacker.test"})
    assert (found.status_code, body_of(found)["code"]) == (421, "host")
    assert client.get("/projects", headers={"Host": "attacker.test"}).status_code == 421
    for probed in ("/health", "/ready", "/metrics"):  # Kubernetes and Prometheus name the address of the pod
        assert client.get(probed, headers={"Host": "10.1.2.3:8080"}).status_code == 200
        assert client.post(probed, headers={"Host": "10.1.2.3:8080"}).status_code == 421
    assert client.get(f"{ADDRESS}/health").status_code == 200
    assert msgspec.json.decode(client.get("/health").content) == {"status": "ok"}


FULL = sqlite3.OperationalError("database or disk is full")
FULL.sqlite_errorcode = sqlite3.SQLITE_FULL


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (
            OperationalError("INSERT secret", {}, FULL),
            "database",
            "the database of the server cannot be used: its disk is full",
        ),
        (OSError(errno.ENOSPC, "No space left on device", "/srv/data/x"), "disk_full", "the disk of the server is full"),
    ],
)
def test_a_full_disk_is_a_reason_to_try_again(service, monkeypatch, error, code, detail):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(enrolment, "enrol", fail)
    refused = service.client(service.key).post(f"{service.path}/scans", json={"reference": "registry.test/a:1"})
    assert (refused.status_code, body_of(refused)["code"], body_of(refused)["detail"]) == (503, code, detail)
    assert refused.headers["retry-after"]
