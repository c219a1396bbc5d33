"""Sessions and keys against what people try: forged requests, planted sessions, revoked keys."""

import base64
import time

import pytest
from sqlalchemy import select, update
from tests.support.service import ADDRESS, PASSWORD, Service, body_of

from careen.fleet.connection import writing
from careen.fleet.tables import api_key, session, user
from careen.server import keys
from careen.server.setup import setup_link

COOKIE = "careen_session"
RULES = {"fail_on": ["high"]}


def test_a_change_needs_the_token_of_the_session(service):
    client, url = service.logged_in(service.admin), f"{service.path}/policies/default"
    right = client.headers.pop("X-CSRF-Token")
    for token in (None, "", "wrong", right[:-1]):
        headers = {} if token is None else {"X-CSRF-Token": token}
        found = client.put(url, json=RULES, headers=headers)
        assert (found.status_code, body_of(found)["code"]) == (403, "csrf")
    assert client.get(f"{service.path}/policies").status_code == 200
    assert client.put(url, json=RULES, headers={"X-CSRF-Token": right}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://attacker.test"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_changes_nothing(service, headers):
    client = service.logged_in(service.admin)
    found = client.put(f"{service.path}/policies/default", json=RULES, headers=headers)
    assert (found.status_code, body_of(found)["code"]) == (403, "origin")
    login = service.client().post("/api/v1/session", json={"name": "ada", "password": PASSWORD}, headers=headers)
    assert login.status_code == 403


def test_our_own_page_changes_things(service):
    client = service.logged_in(service.admin)
    headers = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
    assert client.put(f"{service.path}/policies/default", json=RULES, headers=headers).status_code == 200


def test_a_planted_session_is_not_the_one_of_the_login(service):
    planted = service.logged_in(service.add_user("mallory", role="reader"))
    token = planted.cookies[COOKIE]
    victim = service.client()
    victim.cookies.set(COOKIE, token)
    found = victim.post("/api/v1/session", json={"name": "ada", "password": PASSWORD})
    assert found.status_code == 200 and COOKIE in found.headers["set-cookie"] and token not in found.headers["set-cookie"]
    assert planted.get("/api/v1/me").status_code == 401, "the session that was there has ended"


def test_what_a_cookie_of_a_session_is_like(service):
    found = service.client().post("/api/v1/session", json={"name": "ada", "password": PASSWORD})
    flags = {part.strip().lower() for part in found.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= flags
    token = found.cookies[COOKIE]
    with service.fleet.engine.connect() as connection:
        assert token not in str(connection.execute(select(session)).all())


def test_a_session_ends(service):
    client = service.logged_in(service.admin)
    with writing(service.fleet.engine) as connection:
        connection.execute(update(session).values(expires_at=time.time() - 1))
    assert client.get("/api/v1/me").status_code == 401
    client = service.logged_in(service.admin)
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_a_disabled_user_is_out_at_once(service):
    rita = service.logged_in(service.add_user("rita", role="admin"))
    admin = service.logged_in(service.admin)
    number = next(entry["id"] for entry in body_of(admin.get("/api/v1/users"))["items"] if entry["name"] == "rita")
    assert admin.patch(f"/api/v1/users/{number}", json={"disabled": True}).status_code == 200
    assert rita.get("/api/v1/me").status_code == 401
    assert service.client().post("/api/v1/session", json={"name": "rita", "password": PASSWORD}).status_code == 401


def test_the_last_administrator_stays(service):
    admin = service.logged_in(service.admin)
    number = body_of(admin.get("/api/v1/users"))["items"][0]["id"]
    for change in ({"disabled": True}, {"is_admin": False}):
        found = admin.patch(f"/api/v1/users/{number}", json=change)
        assert (found.status_code, body_of(found)["code"]) == (409, "last_admin")
    assert admin.get("/api/v1/users").status_code == 200


@pytest.mark.parametrize("change", [{"revoked_at": 1.0}, {"expires_at": 1.0}])
def test_a_key_that_counts_no_longer_is_refused_at_once(service, change):
    client = service.client(service.key)
    assert client.get("/api/v1/me").status_code == 200
    with writing(service.fleet.engine) as connection:
        connection.execute(update(api_key).values(**change))
    assert client.get("/api/v1/me").status_code == 401


def test_a_verified_key_costs_no_second_hash(service, monkeypatch):
    counted = []
    real = keys.verified
    monkeypatch.setattr(keys, "verified", lambda kept, secret: counted.append(1) or real(kept, secret))
    client = service.client(service.key)
    assert {client.get("/api/v1/me").status_code for _ in range(5)} == {200}
    assert len(counted) == 1
    wrong = service.key[:-1] + ("A" if service.key[-1] != "A" else "B")
    assert service.client(wrong).get("/api/v1/me").status_code == 401, "it is not remembered by its prefix"


def test_all_ways_to_send_a_key(service):
    basic = base64.b64encode(f"any:{service.key}".encode()).decode()
    for headers in (
        {"X-Api-Key": service.key},
        {"Authorization": f"Basic {basic}"},
        {"Authorization": f"bearer {service.key}"},
    ):
        assert service.client().get("/api/v1/me", headers=headers).status_code == 200
    for value in ("Basic !!!", "Basic", "Bearer ", "Digest x", "Bearer careen_é_x"):
        assert service.client().get("/api/v1/me", headers={"Authorization": value.encode()}).status_code == 401


def test_a_key_makes_no_key_with_more_scopes_and_is_shown_once(service):
    client = service.client(service.add_key({"read", "admin"}, service.id))
    url = f"{service.path}/keys"
    assert client.post(url, json={"name": "x", "scopes": ["read", "triage"]}).status_code == 403
    made = body_of(client.post(url, json={"name": "x", "scopes": ["read"], "days": 1}))
    assert service.client(made["token"]).get("/api/v1/me").status_code == 200
    listed = client.get(url).text
    secret = made["token"].split("_", 2)[2]
    assert made["key"]["prefix"] in listed and secret not in listed
    assert client.delete(f"{url}/{made['key']['id']}").status_code == 204
    assert service.client(made["token"]).get("/api/v1/me").status_code == 401
    assert client.delete(f"{url}/{made['key']['id']}").status_code == 404


def test_a_key_makes_no_key_that_lives_longer_than_itself(service):
    end = time.time() + 3600
    client = service.client(service.add_key({"read", "admin"}, service.id, expires_at=end))
    for days in ({}, {"days": 30}):
        made = body_of(client.post(f"{service.path}/keys", json={"name": "x", "scopes": ["read"], **days}))
        assert made["key"]["expires_at"] == pytest.approx(end), days


def test_a_user_changes_their_own_password_and_other_sessions_end(service):
    here, there = service.logged_in(service.admin), service.logged_in(service.admin)
    new = {"present": PASSWORD, "password": "another long password"}
    for body, status in ((new | {"present": "wrong"}, 403), (new | {"password": "short"}, 400), (new, 204)):
        assert here.put("/api/v1/me/password", json=body).status_code == status
    assert here.get("/api/v1/me").status_code == 200 and there.get("/api/v1/me").status_code == 401
    client = service.client()
    for password, status in ((PASSWORD, 401), ("another long password", 200)):
        assert client.post("/api/v1/session", json={"name": service.admin, "password": password}).status_code == status
    key = service.client(service.key)
    assert body_of(key.put("/api/v1/me/password", json=new))["code"] == "no_password"
    actions = [entry["action"] for entry in body_of(here.get("/api/v1/audit"))["items"]]
    assert "change_password" in actions


def test_a_stolen_session_does_not_guess_the_password(service):
    client = service.logged_in(service.admin)
    body = {"present": "wrong", "password": "another long password"}
    answers = [client.put("/api/v1/me/password", json=body).status_code for _ in range(40)]
    assert answers[0] == 403 and answers[-1] == 429
    assert client.put("/api/v1/me/password", json=body | {"present": PASSWORD}).status_code == 429


def test_a_service_key_is_no_administrator(service):
    client = service.client(service.add_key(project_id=None))
    assert client.get(f"{service.path}/images").status_code == 200
    assert client.get("/api/v1/users").status_code == 403
    assert client.post("/api/v1/keys", json={"name": "x", "scopes": ["read"]}).status_code == 403


def test_the_first_administrator_is_made_once_by_the_printed_link(tmp_path):
    service = Service(tmp_path)
    assert setup_link(service.fleet, ADDRESS) is None, "there is a user"
    with writing(service.fleet.engine) as connection:
        connection.execute(user.delete())
    void = setup_link(service.fleet, ADDRESS).partition("#")[2]
    token = setup_link(service.fleet, ADDRESS).partition("#")[2]
    client, who = service.client(), {"name": "root", "password": PASSWORD}
    for wrong in ("", "x", void):
        assert client.post("/api/v1/setup", json={"token": wrong, **who}).status_code == 403
    assert client.post("/api/v1/setup", json={"token": token, "name": "root", "password": "short"}).status_code == 400
    assert client.post("/api/v1/setup", json={"token": token, **who}).status_code == 201
    assert client.post("/api/v1/setup", json={"token": token, "name": "two", "password": PASSWORD}).status_code == 403
    assert service.logged_in("root").get("/api/v1/users").status_code == 200
    service.fleet.engine.dispose()
