"""Saved views, bases, and changed registries by the API."""

from tests.support.service import body_of


def test_views_are_saved_listed_and_removed(service):
    client = service.client(service.key)
    made = client.post(f"{service.path}/views", json={"name": "what runs", "path": "images?runs=true"})
    assert made.status_code == 201 and body_of(made)["made_by"] == "key:ci"
    assert [view["path"] for view in body_of(client.get(f"{service.path}/views"))["items"]] == ["images?runs=true"]
    assert client.post(f"{service.path}/views", json={"name": "x", "path": "//evil.test"}).status_code == 422
    assert client.delete(f"{service.path}/views/{body_of(made)['id']}").status_code == 204
    assert client.delete(f"{service.path}/views/{body_of(made)['id']}").status_code == 404


def test_bases_are_unknown_before_they_are_checked(service):
    service.add_image("sha256:1", service.id, base="debian:12", base_digest="sha256:x")
    found = body_of(service.client(service.key).get(f"{service.path}/bases"))
    assert (found["outdated"], found["current"], found["unknown"], found["checked_at"]) == (0, 0, 1, None)


def test_a_registry_is_changed_and_its_password_stays_secret(service):
    client = service.client(service.key)
    number = body_of(client.post(f"{service.path}/registries", json={"host": "r.test"}))["id"]
    changed = {"include": ["team/*"], "newest": 0, "username": "ann", "password": "s3cret-s3cret"}
    answer = client.patch(f"{service.path}/registries/{number}", json=changed)
    assert answer.status_code == 200 and "s3cret" not in answer.text
    wanted = service.parts.registries.changed[2]
    assert (wanted.include, wanted.exclude, wanted.newest, wanted.every_s) == (("team/*",), None, 0, None)
    assert "s3cret" not in client.get(f"{service.path}/audit").text
    alone = client.patch(f"{service.path}/registries/{number}", json={"password": "s3cret-s3cret"})
    assert alone.status_code == 422 and "username" in alone.text, "without a user name it would not be kept"
    assert client.patch(f"{service.path}/registries/99", json={}).status_code == 404
