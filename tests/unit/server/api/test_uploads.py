"""Uploads by our own call and by that of Dependency-Track, as its clients send it."""

import base64

from tests.support.reports import usual
from tests.support.service import body_of, json_of

from careen.fleet.connection import writing
from careen.fleet.tables import image

SBOM = b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}'


def test_a_client_of_dependency_track_puts(service):
    client = service.client()
    headers = {"X-Api-Key": service.key}
    sent = {"projectName": "app", "projectVersion": "1", "autoCreate": True, "isLatest": False}
    sent["bom"] = base64.b64encode(SBOM).decode()
    found = client.put("/api/v1/bom", json=sent, headers=headers)
    assert found.status_code == 200
    url = f"/api/v1/bom/token/{body_of(found)['token']}"
    assert body_of(client.get(url, headers=headers)) == {"processing": True}
    with writing(service.fleet.engine) as connection:
        connection.execute(image.update().values(state="ready"))
    assert body_of(client.get(url, headers=headers)) == {"processing": False}
    other = service.add_key(project_id=service.add_project("other"))
    assert client.get(url, headers={"X-Api-Key": other}).status_code == 404
    listed = body_of(service.client(service.key).get(f"{service.path}/images"))["items"]
    assert [(entry["reference"], entry["kind"], entry["uploaded_by"]) for entry in listed] == [("app:1", "uploaded", "key:ci")]


def test_a_client_of_dependency_track_posts_a_form(service):
    client = service.client(service.key)
    fields = {"projectName": (None, "app"), "projectVersion": (None, "2"), "bom": ("bom.json", SBOM)}
    assert client.post("/api/v1/bom", files=fields).status_code == 200
    assert body_of(client.get(f"{service.path}/uploads"))["items"][0]["name"] == "app:2"


def test_an_upload_that_is_deleted_frees_its_quota_and_may_come_again(service):
    client = service.client(service.key)
    fields = {"bom": ("bom.json", SBOM)}
    for _ in range(2):
        assert client.post("/api/v1/bom", files=fields).status_code == 200
        (made,) = body_of(client.get(f"{service.path}/uploads"))["items"]
        assert body_of(client.get(f"{service.path}/usage"))["upload_bytes"] > 0
        assert client.delete(f"{service.path}/images/{made['identity']}").status_code == 204
        assert body_of(client.get(f"{service.path}/uploads"))["items"] == []
        assert body_of(client.get(f"{service.path}/usage"))["upload_bytes"] == 0
        assert client.get(f"{service.path}/images/{made['identity']}").status_code == 404


def test_forms_and_bodies_that_are_none(service):
    client = service.client(service.key)
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    for body, headers in (
        (b"", form),
        (b"--x\r\n", form),
        (b"--x\r\n\r\n\r\n--x--", form),
        (b"nothing", {"Content-Type": "multipart/form-data"}),
        (b"--x\r\n" + b"--x\r\n" * 1000, form),
        (b'--x\r\nContent-Disposition: form-data; name="projectName"\r\n\r\na\r\n--x--\r\n', form),
    ):
        assert client.post("/api/v1/bom", content=body, headers=headers).status_code == 400, body[:20]
    empty = b'--x\r\nContent-Disposition: form-data; name="bom"; filename="bom"\r\n\r\n\r\n--x--\r\n'
    assert client.post("/api/v1/bom", content=empty, headers=form).status_code == 422
    assert client.put("/api/v1/bom", json={"bom": "AAA"}).status_code == 422
    assert client.put("/api/v1/bom", json={"bom": base64.b64encode(b"{}").decode()}).status_code == 422
    many = b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' for _ in range(60)) + b"--x--\r\n"
    assert client.post("/api/v1/bom", content=many, headers=form).status_code == 400


def test_a_key_of_the_service_has_no_project_to_upload_to(service):
    client = service.client(service.add_key(project_id=None))
    found = client.put("/api/v1/bom", json={"bom": base64.b64encode(SBOM).decode()})
    assert (found.status_code, body_of(found)["code"]) == (403, "project")


def test_a_report_and_an_sbom(service):
    client = service.client(service.key)
    for kind, data, media_type in (
        ("report", json_of(usual()), "application/json"),
        ("sbom", SBOM, "application/octet-stream"),
    ):
        found = client.post(f"{service.path}/uploads?name=app", content=data, headers={"Content-Type": media_type})
        assert (found.status_code, body_of(found)["kind"]) == (201, kind)
        assert client.get(found.headers["location"]).status_code == 200
        report = client.get(f"{found.headers['location']}/report")
        assert report.status_code == 200 and body_of(report)["schema"] == "careen.report/1"


def test_quotas_hold(service):
    admin = service.logged_in(service.admin)
    assert admin.patch(service.path, json={"quotas": {"images": 1, "scans_per_day": 1}}).status_code == 200
    client = service.client(service.key)
    assert client.patch(service.path, json={"quotas": {}}).status_code == 403, "a project gives itself no more"
    assert client.post(f"{service.path}/scans", json={"reference": "registry.test/a"}).status_code == 202
    found = client.post(f"{service.path}/scans", json={"reference": "registry.test/b"})
    assert (found.status_code, body_of(found)["code"]) == (403, "quota_scans")
    sent = client.post(f"{service.path}/uploads", content=SBOM, headers={"Content-Type": "application/json"})
    assert (sent.status_code, body_of(sent)["code"]) == (403, "quota_images")
    assert body_of(client.get(f"{service.path}/usage"))["images"] == 1
