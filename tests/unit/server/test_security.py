"""What an enemy sends: text that is code elsewhere, what should stay secret, and clients that take their time."""

import logging
import socket

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from tests.support.reports import hostile, usual
from tests.support.service import PASSWORD, body_of, json_of, served, with_fakes

from careen.fleet import uploads
from careen.fleet.connection import writing
from careen.fleet.tables import audit, metadata
from careen.server import connections, limits

NASTY = [
    "'; DROP TABLE project; --", "1 OR 1=1", "\" UNION SELECT key_hash FROM api_key --", "%", "_", "\\", "${jndi:ldap://x}",
    "<script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_text_is_data_everywhere(service, text):
    admin = service.logged_in(service.admin)
    made = admin.post("/api/v1/projects", json={"name": text})
    assert made.status_code == 201 and body_of(made)["name"] == text
    assert made.headers["content-type"] == "application/json" and made.headers["x-content-type-options"] == "nosniff"
    client = service.client(service.key)
    for name in ("state", "coverage", "sort", "cursor"):
        assert client.get(f"{service.path}/images", params={name: text}).status_code in (400, 422)
    assert client.get(f"{service.path}/search", params={"q": text}).status_code == 200
    decided = {"vulnerability": "CVE-2026-1", "status": "affected", "package": "pkg:npm/x", "reason": text}
    assert client.post(f"{service.path}/decisions", json=decided).status_code == 201
    assert text in [entry["reason"] for entry in body_of(client.get(f"{service.path}/decisions"))["items"]]
    assert client.get(f"{service.path}/vulnerabilities/{text}").status_code in (400, 404)
    assert len(body_of(admin.get("/api/v1/projects"))["items"]) == 2


def test_reports_of_hostile_images_are_files_and_their_cells_are_text(service, monkeypatch):
    with_fakes(monkeypatch, service, hostile("=cmd|' /C calc'!A0<script>alert(1)</script>"))
    service.add_image("sha256:" + "1" * 64, service.id)
    client = service.client(service.key)
    for format in ("csv", "html", "markdown", "json", "sarif"):
        found = client.get(f"{service.path}/images/sha256:{'1' * 64}/report?format={format}")
        assert found.status_code == 200
        assert found.headers["content-disposition"].startswith("attachment")
        assert found.headers["content-security-policy"] == "sandbox"
        if format == "html":
            assert "<script>alert(1)</script>" not in found.text
        if format == "csv":
            assert not [cell for line in found.text.splitlines() for cell in line.split(",") if cell.strip('"')[:1] == "="]


def test_planted_secrets_are_nowhere(service, caplog):
    caplog.set_level(logging.DEBUG)
    planted = {"password": "pl4nted-registry-password", "hook": "pl4nted-hook-token", "login": "pl4nted-login-password"}
    client = service.client(service.key)
    answers = [
        client.post(f"{service.path}/registries", json={"host": "registry.test", "password": planted["password"]}),
        client.post(
            f"{service.path}/subscriptions", json={"kind": "slack", "target": {"url": f"https://x.test/{planted['hook']}"}}
        ),
        client.get(f"{service.path}/registries"),
        client.get(f"{service.path}/subscriptions"),
        service.logged_in(service.admin).post("/api/v1/users", json={"name": "u", "password": planted["login"]}),
        service.client().post("/api/v1/session", json={"name": "u", "password": planted["login"] + "x"}),
        service.client("careen_0123456789ab_pl4nted").get("/api/v1/me"),
        client.get(f"{service.path}/audit"),
        service.client().get("/metrics"),
    ]
    made = client.post(f"{service.path}/keys", json={"name": "k", "scopes": ["read"]})
    token = body_of(made)["token"].split("_", 2)[2]
    texts = [answer.text for answer in answers] + [record.getMessage() for record in caplog.records]
    with service.fleet.engine.connect() as connection:
        for table in metadata.sorted_tables:
            texts += [str(row) for row in connection.execute(select(table))]
    for secret in (*planted.values(), "pl4nted", token, PASSWORD):
        assert not [text for text in texts if secret in text], secret
    assert answers[0].status_code == 201 and answers[1].status_code == 201


def test_refusals_are_logged(service, caplog):
    service.client("careen_0123456789ab_wrong").get("/api/v1/me")
    service.client().get("/projects", headers={"Host": "attacker.test"})
    service.client().post("/api/v1/session", json={}, headers={"Origin": "https://attacker.test"})
    service.client().post("/api/v1/session", json={"name": "ada", "password": "x"})
    service.client(service.add_key({"read"}, service.id)).post(f"{service.path}/scans", json={})
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 5


def test_metrics_and_health_name_nothing(service):
    service.add_image("sha256:" + "ab" * 32, service.id, reference="secret.example/team/app:1.2")
    service.client(service.key).get(f"{service.path}/images/sha256:{'ab' * 32}")
    found = service.client().get("/metrics").text
    assert 'careen_images{state="ready"} 1.0' in found and 'operation="read_image"' in found
    for text in (found, service.client().get("/health").text, service.client().get("/ready").text):
        assert not [word for word in ("secret.example", "sha256", "1.2", "first", "ada") if word in text]


def test_two_projects_share_an_image_only_if_both_have_fetched_it(service):
    other = service.add_project("other")
    identity = "sha256:" + "1" * 64
    service.add_image(identity, service.id)
    theirs = service.client(service.add_key(project_id=other))
    for part in ("", "/layers", "/packages", "/findings", "/report", "/sbom"):
        assert theirs.get(f"/api/v1/projects/{other}/images/{identity}{part}").status_code == 404
        assert service.client(service.key).get(f"{service.path}/images/{identity}{part}").status_code == 200
    assert theirs.get(f"/api/v1/projects/{other}/scans/{identity}").status_code == 404
    decided = {"vulnerability": "CVE-2026-1", "status": "fixed", "identity": identity}
    assert theirs.post(f"/api/v1/projects/{other}/decisions", json=decided).status_code == 422
    service.add_image(identity, other)
    assert theirs.get(f"/api/v1/projects/{other}/images/{identity}").status_code == 200


def test_an_upload_never_stands_in_for_a_scan(service):
    digest = "sha256:" + "7" * 64
    claimed = usual()
    data = json_of(claimed, image=replace(claimed.image, digest=digest))
    client = service.client(service.key)
    made = client.post(f"{service.path}/uploads", content=data, headers={"Content-Type": "application/json"})
    assert made.status_code == 201
    assert client.get(f"{service.path}/images/{digest}").status_code == 404
    running = {"workloads": [{"reference": "a@" + digest, "digest": digest}]}
    found = client.put(f"{service.path}/agents/cluster", json=running)
    assert body_of(found) == {"workloads": 1, "known": 0}
    kept = body_of(client.get(f"{service.path}/images/{body_of(made)['identity']}"))
    assert (kept["kind"], kept["uploaded_by"], kept["exit_code"]) == ("uploaded", "key:ci", claimed.verdict.exit_code)


def test_clients_that_send_nothing_are_closed(service, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    real = connections.protocol
    monkeypatch.setattr(connections, "protocol", lambda: real(0.3))
    with served(service) as address:
        for begun in (b"", b"GET /health HT", b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "):
            with connected(address) as client:
                client.sendall(begun)
                assert client.recv(100) == b"", "closed without an answer"
        with connected(address) as client:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert b"200 OK" in client.recv(4000)


def test_a_body_that_comes_too_slowly_is_refused(service, monkeypatch):
    monkeypatch.setattr(limits, "QUIET_S", 0.3)
    head = f"POST {service.path}/scans HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {service.key}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    with served(service) as address, connected(address) as client:
        client.sendall(head.encode())
        assert b" 408 " in client.recv(4000).partition(b"\r\n")[0]


def test_a_body_of_drops_ends_as_well(service, monkeypatch):
    monkeypatch.setattr(limits, "BODY_S", 0.5)
    head = f"POST {service.path}/scans HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {service.key}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    with served(service) as address, connected(address) as client:
        client.sendall(head.encode())
        client.settimeout(0.05)
        answer = b""
        for _ in range(400):
            try:
                client.sendall(b" ")
                answer = client.recv(4000)
                break
            except TimeoutError:
                continue
        assert b" 408 " in answer.partition(b"\r\n")[0]


def test_long_headers_are_refused(service):
    headers = {f"X-{number}": "a" * 4000 for number in range(12)}
    assert service.client().get("/health", headers=headers).status_code == 431


def test_nobody_without_a_key_makes_the_server_read_a_body(service):
    head = f"POST {service.path}/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    head += "Content-Length: 60000000\r\n\r\n"
    with served(service) as address, connected(address) as client:
        client.sendall(head.encode())
        assert b" 401 " in client.recv(4000).partition(b"\r\n")[0]


def test_a_document_that_unpacks_to_more_than_it_may_is_refused(service, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 100)
    client = service.client(service.key)
    found = client.post(f"{service.path}/uploads", content=b"{" + b" " * 200, headers={"Content-Type": "application/json"})
    assert found.status_code == 422


def test_the_audit_log_has_no_more_than_it_should(service):
    with writing(service.fleet.engine) as connection:
        from careen.server.audit import record

        record(connection, "a" * 1000, None, "x", "s" * 5000, "d" * 5000)
        row = connection.execute(select(audit)).one()
    assert (len(row.actor), len(row.subject), len(row.detail)) == (300, 2000, 2000)


def connected(address: str) -> socket.socket:
    host, _, port = address.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=20)
