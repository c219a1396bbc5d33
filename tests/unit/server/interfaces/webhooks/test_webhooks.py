"""Webhooks over HTTP: who may send, what is enrolled, what a replay does."""

import base64
import hmac
import json

import httpx2 as httpx
import pytest
from sqlalchemy import select, update
from tests.support.fake_fleet import make_fleet
from tests.support.served import served

from careen.errors import InputError, NetworkError
from careen.fleet.fleet import PUSH
from careen.fleet.tables import registry
from careen.server.interfaces import webhooks

DIGEST = "sha256:" + "ab" * 32
SECRET = b"a secret of this registry"
PAYLOADS = {
    "distribution": {
        "events": [
            {
                "action": "push",
                "timestamp": "2026-11-20T12:00:00Z",
                "target": {
                    "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "digest": DIGEST,
                    "repository": "shop/app",
                    "tag": "1",
                    "url": "http://169.254.169.254/v2/shop/app/manifests/x",
                },
            }
        ]
    },
    "harbor": {
        "type": "PUSH_ARTIFACT",
        "occur_at": 1763640000,
        "event_data": {
            "resources": [{"digest": DIGEST, "tag": "1", "resource_url": "evil.example/shop/app:1"}],
            "repository": {"name": "app", "namespace": "shop", "repo_full_name": "shop/app", "repo_type": "private"},
        },
    },
    "quay": {"repository": "shop/app", "namespace": "shop", "docker_url": "evil.example/shop/app", "updated_tags": ["1"]},
    "docker-hub": {
        "push_data": {"tag": "1", "pushed_at": 1763640000},
        "callback_url": "http://127.0.0.1/callback",
        "repository": {"repo_name": "shop/app"},
    },
    "ghcr": {
        "action": "published",
        "package": {
            "name": "app",
            "namespace": "Shop",
            "package_type": "CONTAINER",
            "package_version": {"version": DIGEST, "container_metadata": {"tag": {"name": "1", "digest": DIGEST}}},
        },
    },
}


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = make_fleet(tmp_path, monkeypatch)
    change(found, webhook_secret=found.fleet.seal(SECRET))
    found.add_key("k", "webhook")
    return found


def change(fake, **values):
    with fake.fleet.engine.begin() as connection:
        connection.execute(update(registry).values(**values))


@pytest.fixture
def address(fake):
    with served(webhooks.routes(fake.fleet)) as found:
        yield f"{found}/webhooks"


def post(address, kind, body, id=1, secret=SECRET, query="", **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    if kind == "ghcr":
        sent = {"X-GitHub-Event": "package", "X-Hub-Signature-256": f"sha256={hmac.digest(secret, data, 'sha256').hex()}"}
    else:
        sent = {"Authorization": f"Bearer {secret.decode()}"}
    return httpx.post(f"{address}/{kind}/{id}{query}", content=data, headers={**sent, **headers})


@pytest.mark.parametrize("kind", PAYLOADS)
def test_a_push_is_enrolled_at_the_host_of_its_registry(fake, address, kind):
    response = post(address, kind, PAYLOADS[kind])
    assert (response.status_code, response.json()) == (202, {"enrolled": 1})
    ((project, wanted, lane, by),) = fake.enrolled
    end = f"@{DIGEST}" if kind in ("distribution", "harbor", "ghcr") else ":1"
    assert (project, wanted.registry_id, lane, by) == (1, 1, PUSH, f"webhook: {kind}")
    assert wanted.reference == f"registry.example/shop/app{end}"
    assert wanted.identity == (DIGEST if kind == "distribution" else "")


@pytest.mark.parametrize("kind", PAYLOADS)
def test_the_same_again_does_nothing(fake, address, kind):
    for count in (1, 0):
        assert post(address, kind, PAYLOADS[kind]).json() == {"enrolled": count}
    assert len(fake.enrolled) == 1


@pytest.mark.parametrize("kind", PAYLOADS)
def test_a_wrong_secret_is_refused(fake, address, kind):
    response = post(address, kind, PAYLOADS[kind], secret=b"another")
    assert (response.status_code, fake.enrolled) == (401, [])
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("kind", PAYLOADS)
def test_a_registry_that_does_not_exist_is_a_wrong_secret(address, kind):
    answers = [post(address, kind, PAYLOADS[kind], id=id, secret=b"another") for id in (1, 2, 10**30)]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": SECRET.decode()}, ""),
        ({"Authorization": "Basic " + base64.b64encode(b"x:" + SECRET).decode()}, ""),
        ({"Authorization": ""}, "?token=a%20secret%20of%20this%20registry"),
        ({"Authorization": "Bearer k"}, ""),
        ({"Authorization": "Basic " + base64.b64encode(b"x:k").decode()}, ""),
        ({"Authorization": ""}, "?token=k"),
    ],
)
def test_the_ways_to_show_a_secret_or_a_key(address, headers, query):
    assert post(address, "harbor", PAYLOADS["harbor"], query=query, **headers).status_code == 202


def test_a_key_of_another_project_is_refused(fake, address):
    fake.add_key("other", "webhook", 2)
    fake.add_key("scan", "harbor")
    for key, status in (("other", 401), ("scan", 403), ("", 401)):
        assert post(address, "harbor", PAYLOADS["harbor"], Authorization=f"Bearer {key or 'x'}").status_code == status
    assert fake.enrolled == []


def test_a_key_does_not_stand_in_for_a_signature(address):
    body = PAYLOADS["ghcr"]
    assert post(address, "ghcr", body, secret=b"x", Authorization="Bearer k").status_code == 401
    for signature in ("", "sha256=", "sha1=00", "\xff"):
        assert post(address, "ghcr", body, **{"X-Hub-Signature-256": signature.encode("latin-1")}).status_code == 401


def test_a_registry_without_a_secret_accepts_no_signature(fake, address):
    change(fake, webhook_secret=b"")
    assert post(address, "ghcr", PAYLOADS["ghcr"], secret=b"").status_code == 401
    assert post(address, "harbor", PAYLOADS["harbor"], Authorization="").status_code == 401


def test_without_a_key_and_a_secret_it_is_off(tmp_path, monkeypatch):
    fake = make_fleet(tmp_path, monkeypatch)
    with served(webhooks.routes(fake.fleet)) as address:
        assert post(f"{address}/webhooks", "harbor", PAYLOADS["harbor"]).status_code == 404


def test_an_unknown_kind(address):
    assert post(address, "svn", {}).status_code == 404


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("distribution", {"events": []}),
        ("distribution", {}),
        ("distribution", {"events": [{"action": "pull", "target": PAYLOADS["distribution"]["events"][0]["target"]}]}),
        (
            "distribution",
            {"events": [{"action": "push", "target": {"mediaType": "application/octet-stream", "digest": DIGEST}}]},
        ),
        ("harbor", {"type": "SCANNING_COMPLETED", "event_data": PAYLOADS["harbor"]["event_data"]}),
        ("harbor", {"type": "PUSH_ARTIFACT"}),
        ("quay", {"repository": "shop/app"}),
        ("docker-hub", {"push_data": {"tag": ""}, "repository": {"repo_name": "a"}}),
        ("ghcr", {"action": "deleted", "package": PAYLOADS["ghcr"]["package"]}),
        ("ghcr", {"action": "published", "package": {**PAYLOADS["ghcr"]["package"], "package_type": "npm"}}),
        ("ghcr", {"zen": "Design for failure."}),
    ],
)
def test_what_is_no_push_of_an_image(fake, address, kind, body):
    assert post(address, kind, body).json() == {"enrolled": 0}
    assert fake.enrolled == []


def test_a_cloud_event_of_harbor(fake, address):
    body = {"specversion": "1.0", "type": "harbor.artifact.pushed", "data": PAYLOADS["harbor"]["event_data"]}
    assert post(address, "harbor", body).json() == {"enrolled": 1}


def test_another_event_of_github(fake, address):
    assert post(address, "ghcr", PAYLOADS["ghcr"], **{"X-GitHub-Event": "ping"}).json() == {"enrolled": 0}


@pytest.mark.parametrize("name", ["../etc", "a b", "UPPER", "a@b", "evil.example/../x", "", "a" * 300, "x:y", "//x", "a\x00b"])
def test_hostile_names_are_not_enrolled(fake, address, name):
    assert post(address, "quay", {"repository": name, "updated_tags": ["1"]}).json() == {"enrolled": 0}
    tag = "/" if name in ("", "UPPER") else name
    assert post(address, "quay", {"repository": "shop/app", "updated_tags": [tag]}).json() == {"enrolled": 0}
    assert all(wanted.reference.startswith("registry.example/") for _, wanted, _, _ in fake.enrolled)


@pytest.mark.parametrize("kind", PAYLOADS)
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"events": 1, "push_data": 1, "type": 1, "updated_tags": 1, "action": 1}'])  # fmt: skip # noqa: E501
def test_hostile_bodies(address, kind, body):
    response = post(address, kind, body)
    assert response.status_code == 400
    assert response.json()["error"]["message"]


def test_too_many_events(fake, address):
    many = [{**PAYLOADS["distribution"]["events"][0]} for _ in range(1001)]
    assert post(address, "distribution", {"events": many}).status_code == 413
    assert post(address, "distribution", b" " * (webhooks.MAX_BODY + 1)).status_code == 413
    assert fake.enrolled == []


def test_the_same_image_twice_in_a_request_is_enrolled_once(fake, address):
    assert post(address, "distribution", {"events": PAYLOADS["distribution"]["events"] * 3}).json() == {"enrolled": 1}


def test_a_registry_that_does_not_answer_is_tried_again_by_the_sender(fake, address):
    fake.trouble = NetworkError("unreachable")
    response = post(address, "quay", PAYLOADS["quay"])
    assert (response.status_code, response.headers["retry-after"]) == (503, "10")
    fake.trouble = None
    assert post(address, "quay", PAYLOADS["quay"]).json() == {"enrolled": 1}


def test_an_image_that_is_not_there_is_no_reason_to_send_it_again(fake, address):
    fake.trouble = InputError("gone")
    assert post(address, "quay", PAYLOADS["quay"]).json() == {"enrolled": 0}


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({"namespace": "shop"}, 1),
        ({"namespace": "sho"}, 0),
        ({"wanted": b'{"include": ["shop/*"], "newest": 5}'}, 1),
        ({"wanted": b'{"include": ["other/*"]}'}, 0),
        ({"wanted": b'{"exclude": ["*/app"]}'}, 0),
    ],
)
def test_what_the_registry_excludes(fake, address, values, count):
    change(fake, **values)
    assert post(address, "harbor", PAYLOADS["harbor"]).json() == {"enrolled": count}


def test_no_secret_is_in_a_row_that_is_readable(fake):
    with fake.fleet.engine.connect() as connection:
        assert connection.execute(select(registry.c.webhook_secret)).scalar() != SECRET
