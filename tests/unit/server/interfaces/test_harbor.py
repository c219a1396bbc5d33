"""The adapter as Harbor's own client uses it, over HTTP."""

import base64
import gzip
import json
import logging
import time

import httpx2 as httpx
import pytest
from msgspec.structs import replace
from tests.support.clients.harbor import GENERIC, NATIVE, SBOM, HarborClient, HarborError, NotReadyError, refresh_after
from tests.support.clients.schemas import check_harbor
from tests.support.fake_fleet import make_fleet
from tests.support.reports import DIGEST, usual
from tests.support.served import served

from careen.fleet.fleet import PUSH
from careen.server.interfaces import harbor

REGISTRY = {"url": "https://registry.example", "authorization": "Basic c2VjcmV0OnRva2Vu"}
ARTIFACT = {
    "repository": "shop/service",
    "digest": DIGEST,
    "tag": "1.4",
    "mime_type": "application/vnd.oci.image.manifest.v1+json",
}


@pytest.fixture
def fake(tmp_path, monkeypatch):
    monkeypatch.setattr("careen.server.interfaces.hosts.inwardness", lambda netloc, resolve: 2 if "127" in netloc else 0)
    found = make_fleet(tmp_path, monkeypatch)
    found.add_key("k1", "harbor")
    found.report = usual()
    return found


@pytest.fixture
def address(fake):
    with served(harbor.routes(fake.fleet)) as found:
        yield f"{found}/harbor"


@pytest.fixture
def client(address):
    return HarborClient(address, "Bearer k1")


def test_a_scan_from_submit_to_report(fake, client):
    fake.delay_s = 0.2
    client.metadata()
    id = client.submit(REGISTRY, ARTIFACT)
    with pytest.raises(NotReadyError) as raised:
        client.report(id)
    assert 0 < raised.value.after_s <= 127
    report = client.wait(id)
    assert report.artifact.repository == "shop/service"
    assert report.severity == "Critical"
    assert "CVE-2021-44228" in {item.id for item in report.vulnerabilities}
    ((project, wanted, lane, by),) = fake.enrolled
    assert (project, lane, by) == (1, PUSH, "harbor: key k1")
    assert (wanted.reference, wanted.identity) == (f"registry.example/shop/service@{DIGEST}", DIGEST)
    assert wanted.authorization == REGISTRY["authorization"]


def test_metadata_list_what_harbor_asks_for(client, address):
    found = client.metadata()
    assert [capability.type for capability in found.capabilities] == ["vulnerability", "sbom"]
    raw = httpx.get(f"{address}/api/v1/metadata", headers={"Authorization": "Bearer k1"}).json()
    check_harbor(raw, "ScannerAdapterMetadata")


def test_metadata_come_from_memory(fake, client, monkeypatch):
    client.metadata()
    monkeypatch.setattr(harbor, "metadata_of", None)
    client.metadata()


@pytest.mark.parametrize("form", [NATIVE, GENERIC])
def test_both_report_types_conform(client, address, form):
    id = client.submit(REGISTRY, ARTIFACT)
    client.wait(id, form)
    headers = {"Authorization": "Bearer k1", "Accept": form}
    response = httpx.get(f"{address}/api/v1/scan/{id}/report", headers=headers)
    assert response.headers["content-type"] == form
    check_harbor(response.json(), "HarborVulnerabilityReport")


@pytest.mark.parametrize("media_type", ["application/spdx+json", "application/vnd.cyclonedx+json"])
def test_an_sbom(client, media_type):
    id = client.submit(REGISTRY, ARTIFACT, [{"type": "sbom", "parameters": {"sbom_media_types": [media_type]}}])
    report = client.wait(id, SBOM, media_type)
    assert report.media_type == media_type
    assert report.sbom["spdxVersion" if "spdx" in media_type else "bomFormat"]


def test_an_sbom_without_its_type_is_a_bad_request(client):
    id = client.submit(REGISTRY, ARTIFACT)
    with pytest.raises(HarborError, match=r"^400: sbom_media_type"):
        client.report(id, SBOM)


def test_reports_are_made_once_and_sent_compressed(fake, client, address):
    id = client.submit(REGISTRY, ARTIFACT)
    client.wait(id)
    made = fake.made
    headers = {"Authorization": "Bearer k1", "Accept": GENERIC}
    with httpx.stream("GET", f"{address}/api/v1/scan/{id}/report", headers={**headers, "Accept-Encoding": "gzip"}) as response:
        packed = b"".join(response.iter_raw())
    plain = httpx.get(f"{address}/api/v1/scan/{id}/report", headers={**headers, "Accept-Encoding": "identity"})
    assert gzip.decompress(packed) == plain.content
    assert fake.made == made


def test_a_slow_report_is_asked_for_again(fake, client, monkeypatch):
    monkeypatch.setattr(harbor, "PATIENCE_S", 0.05)
    slow = fake.report_of

    def report_of(*arguments):
        time.sleep(0.3)
        return slow(*arguments)

    monkeypatch.setattr("careen.fleet.reports.report_of", report_of)
    id = client.submit(REGISTRY, ARTIFACT)
    with pytest.raises(NotReadyError):
        client.report(id)
    assert client.wait(id).vulnerabilities


def test_a_new_decision_makes_a_new_report(fake, client):
    from careen.fleet.tables import decision

    id = client.submit(REGISTRY, ARTIFACT)
    client.wait(id)
    fake.report = replace(usual(), findings=())
    assert client.report(id).vulnerabilities
    fake.put(decision, project_id=1, vulnerability="CVE-1", status="not_affected", decided_by="x", decided_at=1.0)
    assert not client.report(id).vulnerabilities


def test_a_failed_scan_is_an_error_with_its_reason(fake, client):
    fake.failed = "the registry denies access"
    id = client.submit(REGISTRY, ARTIFACT)
    with pytest.raises(HarborError, match="500: the image could not be scanned: the registry denies access"):
        client.report(id)


@pytest.mark.parametrize(
    "id", ["x", "sha256:" + "1" * 64, "W10", base64.urlsafe_b64encode(b'[{"repository":"a"},"b"]').decode()]
)
def test_an_id_that_was_never_given(client, id):
    with pytest.raises(HarborError, match="404: there is no such scan"):
        client.report(id)


def test_another_project_has_no_such_scan(fake, client, address):
    id = client.submit(REGISTRY, ARTIFACT)
    fake.add_key("k2", "harbor", 2)
    with pytest.raises(HarborError, match="404: there is no such scan"):
        HarborClient(address, "Bearer k2").report(id)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"artifact": {**ARTIFACT, "digest": "sha256:1"}}, 422),
        ({"artifact": {**ARTIFACT, "repository": "../../etc"}}, 422),
        ({"artifact": {**ARTIFACT, "repository": "a@b"}}, 422),
        ({"artifact": {**ARTIFACT, "tag": "a b"}}, 422),
        ({"artifact": {**ARTIFACT, "mime_type": "application/vnd.cncf.helm.config.v1+json"}}, 422),
        ({"artifact": {"repository": "a"}}, 400),
        ({"artifact": []}, 400),
        ({"registry": {"url": 1}}, 400),
        ({"registry": {"url": "https://elsewhere.example"}}, 422),
        ({"registry": {"url": "https://registry.example@evil.example"}}, 422),
        ({"registry": {"url": "https://user:pass@registry.example"}}, 422),
        ({"registry": {"url": "http://127.0.0.1:1"}}, 422),
        ({"registry": {"url": "http://169.254.169.254/latest"}}, 422),
        ({"registry": {"url": "http://[::ffff:169.254.169.254]/"}}, 422),
        ({"registry": {"url": "file:///etc/passwd"}}, 422),
        ({"registry": {"url": "gopher://registry.example"}}, 422),
        ({"registry": {"url": "http+unix://registry.example/x"}}, 422),
        ({"registry": {"url": "https://registry.example:99999"}}, 422),
        ({"registry": {"url": ""}}, 422),
        ({"enabled_capabilities": [{"type": "licence"}]}, 501),
    ],
)
def test_what_is_refused(fake, client, change, status):
    body = {"registry": REGISTRY, "artifact": ARTIFACT, **change}
    with pytest.raises(HarborError, match=f"^{status}: "):
        client.submit(body["registry"], body["artifact"], body.get("enabled_capabilities"))
    assert fake.enrolled == []


def test_a_listed_host_in_a_private_network_needs_the_operator(tmp_path, monkeypatch):
    request = (REGISTRY | {"url": "http://127.0.0.1:5000"}, ARTIFACT)
    for number, (private, refused) in enumerate([((), True), (("127.0.0.1:5000",), False)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        fake = make_fleet(folder, monkeypatch, hosts=("127.0.0.1:5000",), private=private)
        fake.add_key("k1", "harbor")
        with served(harbor.routes(fake.fleet)) as address:
            client = HarborClient(f"{address}/harbor", "Bearer k1")
            if refused:
                with pytest.raises(HarborError, match=r"422: .*private network"):
                    client.submit(*request)
            else:
                client.submit(*request)
        assert bool(fake.enrolled) is not refused


@pytest.mark.parametrize(
    "authorization",
    ["Bearer k1", "Basic " + base64.b64encode(b"anyone:k1").decode(), "basic " + base64.b64encode(b":k1").decode()],
)
def test_the_ways_to_send_a_key(address, authorization):
    HarborClient(address, authorization).metadata()


def test_harbors_own_header_for_a_key(address):
    assert httpx.get(f"{address}/api/v1/metadata", headers={"X-ScannerAdapter-API-Key": "k1"}).status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic !", "Basic " + base64.b64encode(b"k1").decode()])
def test_a_wrong_key(address, authorization):
    with pytest.raises(HarborError, match=r"^401: "):
        HarborClient(address, authorization).metadata()


def test_it_is_off_without_a_key(tmp_path, monkeypatch):
    fake = make_fleet(tmp_path, monkeypatch)
    fake.add_key("w", "webhook")
    with served(harbor.routes(fake.fleet)) as address, pytest.raises(HarborError, match="404: this interface is off"):
        HarborClient(f"{address}/harbor", "Bearer x").metadata()


def test_a_key_of_no_project_cannot_enrol(fake, address):
    fake.add_key("all", "harbor", None)
    with pytest.raises(HarborError, match="403: use a key of a project"):
        HarborClient(address, "Bearer all").submit(REGISTRY, ARTIFACT)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"a":' * 5000, b'{"registry":{"url":"\\ud800"}}']
)
def test_hostile_bodies_get_a_json_error(address, body):
    response = httpx.post(f"{address}/api/v1/scan", content=body, headers={"Authorization": "Bearer k1"})
    assert response.status_code == 400
    assert response.json()["error"]["message"]


def test_a_body_that_is_too_long(address):
    body, headers = b" " * (harbor.MAX_BODY + 1), {"Authorization": "Bearer k1"}
    response = httpx.post(f"{address}/api/v1/scan", content=body, headers=headers)
    assert response.status_code == 413
    assert response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v1/none"), ("POST", "/api/v1/metadata"), ("DELETE", "/api/v1/scan")]
)
def test_unknown_paths_get_a_json_error(address, method, path):
    response = httpx.request(method, address + path)
    assert response.status_code == 404
    assert response.json()["error"]["message"]


def test_an_unexpected_error_stays_inside(fake, client):
    fake.trouble = RuntimeError("password=hunter2")
    with pytest.raises(HarborError, match=r"^500: internal error$"):
        client.submit(REGISTRY, ARTIFACT)


def test_the_authorization_is_in_no_log_and_no_answer(fake, client, caplog, address):
    with caplog.at_level(logging.DEBUG):
        id = client.submit(REGISTRY, ARTIFACT)
        client.wait(id)
        fake.trouble = RuntimeError("x")
        with pytest.raises(HarborError):
            client.submit(REGISTRY, ARTIFACT)
    kept = json.dumps([id, caplog.text]) + repr(fake.fleet.store.__dict__)
    assert "c2VjcmV0OnRva2Vu" not in kept
    assert "c2VjcmV0OnRva2Vu" not in base64.urlsafe_b64decode(id + "==").decode()


@pytest.mark.parametrize(("text", "expected"), [("2", 2), ("127", 127), ("128", 5), ("", 5), ("x", 5)])
def test_how_harbor_reads_refresh_after(text, expected):
    assert refresh_after(text) == expected


def test_refresh_after_is_always_one_that_harbor_reads(fake, client):
    fake.report = None
    id = client.submit(REGISTRY, ARTIFACT)
    fake.states[1, DIGEST] -= 100_000
    with pytest.raises(NotReadyError) as raised:
        client.report(id)
    assert raised.value.after_s == harbor.MAX_REFRESH_S
