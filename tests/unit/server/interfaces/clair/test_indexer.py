"""The indexer and the matcher as Quay's own client uses them, over HTTP, with layers from a storage of its own."""

import hashlib
import json
import logging
import time

import httpx2 as httpx
import pytest
from msgspec.structs import replace
from sqlalchemy import select
from tests.support.clients.quay import QuayClient, QuayError, signed
from tests.support.fake_fleet import make_fleet, with_layers
from tests.support.reports import usual
from tests.support.served import served
from tests.support.servers import Answer, Server

from careen.fleet import spool
from careen.fleet.enrolment import LayerSource
from careen.fleet.fleet import PUSH
from careen.fleet.tables import image, layer, project_image, subscription
from careen.server.interfaces import clair
from careen.server.interfaces.clair import indexer
from careen.server.interfaces.clair.token import QuayTarget, sealed

PSK = b"0123456789abcdef0123456789abcdef"
BLOBS = [f"layer {number}".encode() * 1000 for number in range(3)]
DIGESTS = [f"sha256:{hashlib.sha256(blob).hexdigest()}" for blob in BLOBS]
DIGEST = "sha256:" + "cd" * 32
TOKEN = "Bearer of-a-layer"


@pytest.fixture
def storage():
    """Layers by links that need a header."""

    def respond(request):
        name = request.path.rpartition("/")[2].partition("?")[0]
        if request.headers.get("authorization") != TOKEN:
            return Answer(401)
        return Answer(200, BLOBS[int(name)]) if name.isdigit() else Answer(404)

    with Server(respond) as server:
        yield server


@pytest.fixture
def fake(tmp_path, monkeypatch, storage):
    host = storage.host
    found = make_fleet(tmp_path, monkeypatch, hosts=(host,), private=(host,))
    found.put(subscription, project_id=1, kind="quay", target=target(found), created_at=1.0)
    found.report = with_layers(usual(), DIGESTS)
    return found


def target(fake, psk: bytes = PSK, **more) -> bytes:
    import base64

    return sealed(fake.fleet, QuayTarget("https://quay.example/secscan/notification", base64.b64encode(psk).decode(), **more))


@pytest.fixture
def address(fake):
    with served(clair.routes(fake.fleet)) as found:
        yield f"{found}/clair"


@pytest.fixture
def quay(address):
    return QuayClient(address, PSK)


def layers_at(storage, query: str = "", **headers) -> list[dict]:
    sent = {"Accept": ["application/gzip"], "Authorization": [TOKEN], **headers}
    return [
        {"hash": digest, "uri": f"{storage.url}/blobs/{number}{query}", "headers": sent}
        for number, digest in enumerate(DIGESTS)
    ]


def test_an_image_from_index_to_report(fake, quay, storage):
    fake.delay_s = 0.3
    report, etag = quay.index(DIGEST, layers_at(storage))
    assert (report["state"], report["success"], etag) == ("IndexFinished", True, quay.state())
    ((project, wanted, lane, by),) = fake.enrolled
    assert (project, lane, by) == (1, PUSH, "clair: quay")
    assert wanted.identity == f"clair:1:{DIGEST}"
    assert [(each.digest, each.uri, each.headers) for each in wanted.layers] == [(digest, "", {}) for digest in DIGESTS]
    for digest, blob in zip(DIGESTS, BLOBS, strict=True):
        with spool.open_spooled(fake.fleet, digest) as file:
            assert file.read() == blob
    shown = quay.security(DIGEST)
    assert shown["org.apache.logging.log4j:log4j-core"][0]["AddedBy"] == DIGESTS[2]
    assert quay.index_report(DIGEST) == report


def test_layers_are_fetched_before_the_queue(fake, quay, storage, address):
    """The links end, the index takes longer: no link is asked again."""
    fake.delay_s = 1.0
    quay.index(DIGEST, layers_at(storage, "?X-Signature=abc"))
    asked = [request.moment for request in storage.requests]
    assert len(asked) == 3
    assert max(asked) - min(asked) < 1.0
    quay.index(DIGEST, layers_at(storage))
    assert len(storage.requests) == 3


def test_a_layer_that_was_read_is_not_fetched(fake, quay, storage):
    """By the present code: what an older one read is read again."""
    fake.put(layer, digest=DIGESTS[0], state="read", read_by=indexer.index_state(fake.fleet), enrolled_at=1.0)
    fake.put(layer, digest=DIGESTS[1], state="read", read_by="older", enrolled_at=1.0)
    quay.index(DIGEST, layers_at(storage))
    assert sorted(request.path for request in storage.requests) == ["/blobs/1", "/blobs/2"]


def test_a_failed_index_is_an_index_error(fake, quay, storage):
    fake.failed = "the layer is damaged"
    report, _ = quay.index(DIGEST, layers_at(storage))
    assert (report["state"], report["success"], report["err"]) == ("IndexError", False, "the layer is damaged")


def test_an_index_that_takes_too_long_is_asked_for_again(fake, quay, storage, monkeypatch):
    monkeypatch.setattr(indexer, "PATIENCE_S", 0.5)
    fake.report = None
    with pytest.raises(QuayError, match=r"^503: .*ask again"):
        quay.index(DIGEST, layers_at(storage))
    assert quay.index_report(DIGEST)["state"] == "ScanLayers"


def test_what_is_not_indexed_is_missing(quay):
    assert quay.index_report(DIGEST) is None
    assert quay.vulnerability_report(DIGEST) is None


def test_the_report_is_present_advisories_every_time(fake, quay, storage):
    quay.index(DIGEST, layers_at(storage))
    assert quay.security(DIGEST)
    fake.report = replace(fake.report, findings=())
    fake.states[1, f"clair:1:{DIGEST}"] -= 1  # assessed again
    assert not quay.security(DIGEST)


def test_a_deleted_image_is_not_seen(fake, quay, address):
    number = fake.put(image, identity=f"clair:1:{DIGEST}", reference="x", state="ready", enrolled_at=1.0)
    for project in (1, 2):
        fake.put(project_image, project_id=project, image_id=number, seen_at=1.0)
    assert quay.delete(DIGEST) == {}
    assert quay.delete(DIGEST) == {}
    with fake.fleet.engine.connect() as connection:
        rows = connection.execute(select(project_image.c.project_id, project_image.c.deleted_at)).all()
    assert [project for project, deleted in rows if deleted] == [1]


def test_many_are_deleted_at_once(fake, quay, address):
    number = fake.put(image, identity=f"clair:1:{DIGEST}", reference="x", state="ready", enrolled_at=1.0)
    fake.put(project_image, project_id=1, image_id=number, seen_at=1.0)
    headers = {"Authorization": f"Bearer {quay.token()}"}
    both = [DIGEST, "sha256:" + "0" * 64]
    response = httpx.request("DELETE", f"{address}/indexer/api/v1/index_report", json=both, headers=headers)
    assert (response.status_code, response.json()) == (200, [DIGEST])


def test_the_state_is_known_by_its_etag(quay, address):
    headers = {"Authorization": f"Bearer {quay.token()}"}
    first = httpx.get(f"{address}/indexer/api/v1/index_state", headers=headers)
    again = httpx.get(f"{address}/indexer/api/v1/index_state", headers={**headers, "If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["etag"] == f'"{first.json()["state"]}"'


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"hash": "sha256:1"}, 400),
        ({"layers": []}, 400),
        ({"layers": [{"hash": "x", "uri": "https://x"}]}, 400),
        ({"layers": [{"hash": DIGEST}]}, 400),
        ({"layers": [{"hash": DIGEST, "uri": "https://elsewhere.example/x"}]}, 403),
        ({"layers": [{"hash": DIGEST, "uri": "http://127.0.0.1:1/x"}]}, 403),
        ({"layers": [{"hash": DIGEST, "uri": "http://169.254.169.254/latest/meta-data"}]}, 403),
        ({"layers": [{"hash": DIGEST, "uri": "http://[fd00:ec2::254]/"}]}, 403),
        ({"layers": [{"hash": DIGEST, "uri": "http://2852039166/"}]}, 403),
        ({"layers": [{"hash": DIGEST, "uri": "file:///etc/passwd"}]}, 403),
        ({"layers": [{"hash": DIGEST, "uri": "http+unix://%2Fvar%2Frun%2Fdocker.sock/x"}]}, 403),
        ({"layers": [{"hash": DIGEST, "uri": ""}]}, 403),
        ({"layers": [{"hash": DIGEST, "uri": "https://x", "headers": {"a b": ["c"]}}]}, 400),
        ({"layers": [{"hash": DIGEST, "uri": "https://x", "headers": {"A": ["c\r\nHost: evil"]}}]}, 400),
        ({"layers": [{"hash": DIGEST, "uri": "https://x", "headers": {"A": ["\u0100"]}}]}, 400),
        ({"layers": "x"}, 400),
    ],
)
def test_what_is_refused(fake, address, quay, change, status):
    """400 only for what never gets better: Quay marks such an image as unsupported."""
    body = {"hash": DIGEST, "layers": [{"hash": DIGESTS[0], "uri": "https://elsewhere.example/x"}], **change}
    headers = {"Authorization": f"Bearer {quay.token()}"}
    response = httpx.post(f"{address}/indexer/api/v1/index_report", json=body, headers=headers)
    assert (response.status_code, fake.enrolled) == (status, [])
    assert response.json()["message"]


def test_a_host_is_refused_by_its_name_and_by_its_origin(fake, quay, storage):
    entries = layers_at(storage)
    entries[1]["uri"] = entries[1]["uri"].replace("//", "//evil.example@")
    with pytest.raises(QuayError, match="403"):
        quay.index(DIGEST, entries)
    assert storage.requests == []


def test_a_redirect_into_a_private_network_is_refused(fake, quay, storage):
    with Server(lambda request: Answer(302, headers={"Location": f"{storage.url}/blobs/0"})) as elsewhere:
        host = elsewhere.host
        fleet = replace(fake.fleet, settings=replace(fake.fleet.settings, private_hosts=(host,)))
        with pytest.raises(Exception, match=r"private network|not asked"):
            spool.fetch(fleet, LayerSource(DIGESTS[0], f"{elsewhere.url}/x", {"Authorization": TOKEN}))
    assert storage.requests == []


def test_other_bytes_than_the_digest_names_are_refused(fake, quay, storage):
    entries = layers_at(storage)
    entries[0]["uri"] = entries[1]["uri"]
    with pytest.raises(QuayError, match=r"^422: .*other bytes"):
        quay.index(DIGEST, entries)
    assert spool.open_spooled(fake.fleet, DIGESTS[0]) is None


def test_a_link_that_has_ended_fails_and_may_be_sent_again(fake, quay, storage):
    with pytest.raises(QuayError) as raised:
        quay.index(DIGEST, layers_at(storage, Authorization=["Bearer old"]))
    assert raised.value.status == 502
    quay.index(DIGEST, layers_at(storage))


def test_headers_go_to_their_host_and_into_no_log_and_no_file(fake, quay, storage, caplog, tmp_path):
    with caplog.at_level(logging.DEBUG):
        quay.index(DIGEST, layers_at(storage, "?X-Signature=s3cr3t", Cookie=["c00kie"]))
    assert all(request.headers["authorization"] == TOKEN for request in storage.requests)
    assert not any("cookie" in request.headers for request in storage.requests)
    for secret in ("of-a-layer", "s3cr3t", "c00kie"):
        assert secret not in caplog.text
        assert secret not in repr(fake.enrolled)
        assert not any(secret.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "token",
    [
        lambda now: signed({"iss": "quay", "exp": now + 300}, b"another key of thirty-two bytes!"),
        lambda now: signed({"iss": "quay", "exp": now - 300}, PSK),
        lambda now: signed({"iss": "quay", "exp": now + 3600 * 24}, PSK),
        lambda now: signed({"iss": "quay"}, PSK),
        lambda now: signed({"iss": "mallory", "exp": now + 300}, PSK),
        lambda now: signed({"exp": now + 300}, PSK),
        lambda now: signed({"iss": "quay", "exp": now + 300}, PSK, algorithm="none"),
        lambda now: signed({"iss": "quay", "exp": "tomorrow"}, PSK),
        lambda now: "a.b.c",
        lambda now: "wrong",
    ],
)
def test_a_token_that_is_not_valid(address, token):
    headers = {"Authorization": f"Bearer {token(int(time.time()))}"}
    response = httpx.get(f"{address}/indexer/api/v1/index_state", headers=headers)
    assert response.status_code in (401, 404)
    assert response.json()["message"]


def test_each_project_has_its_own_key(fake, quay, address, storage):
    other = b"fedcba9876543210fedcba9876543210"
    fake.put(subscription, project_id=2, kind="quay", target=target(fake, other), created_at=1.0)
    quay.index(DIGEST, layers_at(storage))
    assert QuayClient(address, other).index_report(DIGEST) is None


def test_a_key_of_the_scope_works_too(fake, address):
    fake.add_key("k", "clair")
    response = httpx.get(f"{address}/indexer/api/v1/index_state", headers={"Authorization": "Bearer k"})
    assert response.status_code == 200


def test_it_is_off_without_a_key(tmp_path, monkeypatch):
    fake = make_fleet(tmp_path, monkeypatch)
    with served(clair.routes(fake.fleet)) as address, pytest.raises(QuayError, match="404"):
        QuayClient(f"{address}/clair", None).state()


def test_another_media_type_is_refused(quay, address):
    headers = {"Authorization": f"Bearer {quay.token()}", "Content-Type": "text/plain"}
    response = httpx.post(f"{address}/indexer/api/v1/index_report", content=json.dumps({"hash": DIGEST}), headers=headers)
    assert response.status_code == 415


def test_clairs_own_media_types(quay, address):
    name = "application/vnd.clair.index_state.v1+json"
    headers = {"Authorization": f"Bearer {quay.token()}", "Accept": name}
    assert httpx.get(f"{address}/indexer/api/v1/index_state", headers=headers).headers["content-type"] == name


def test_too_many_at_once_are_sent_away(fake, quay, storage, monkeypatch):
    monkeypatch.setattr(indexer, "WAITING", 0)
    with pytest.raises(QuayError, match="503"):
        quay.index(DIGEST, layers_at(storage))
    assert storage.requests == []
