"""Coming in by a browser: login, set-up, logout, and where a login leads."""

import re

import pytest
from sqlalchemy import delete
from tests.support.service import PASSWORD

from careen.fleet.connection import writing
from careen.fleet.tables import user
from careen.server.setup import setup_link


def token_in(page) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def test_who_is_not_known_logs_in_and_comes_back(service):
    browser = service.browser()
    asked = browser.get(f"/projects/{service.id}?sort=risk")
    assert (asked.status_code, asked.headers["location"]) == (303, f"/login?next=%2Fprojects%2F{service.id}%3Fsort%3Drisk")
    form = {"name": service.admin, "password": PASSWORD, "next": f"/projects/{service.id}?sort=risk"}
    entered = browser.post("/login", data=form)
    assert (entered.status_code, entered.headers["location"]) == (303, f"/projects/{service.id}?sort=risk")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/").headers["location"] == f"/projects/{service.id}"


@pytest.mark.parametrize("to", ["https://elsewhere.test/", "//elsewhere.test", "/\\elsewhere.test", "javascript:alert(1)"])
def test_a_login_leads_to_no_other_site(service, to):
    form = {"name": service.admin, "password": PASSWORD, "next": to}
    assert service.browser().post("/login", data=form).headers["location"] == "/"


def test_a_wrong_password_is_shown_and_nothing_is_repeated(service):
    found = service.browser().post("/login", data={"name": '"><script>', "password": "wrong wrong wrong"})
    assert found.status_code == 401
    assert "The name or the password is wrong." in found.text
    assert "<script>" not in found.text.replace('<script src="/static/', "")
    assert "wrong wrong wrong" not in found.text


def test_a_change_needs_the_token_of_the_session(service):
    browser = service.browser(service.admin)
    assert browser.post("/logout", data={}).status_code == 403
    assert browser.post("/logout", data={"csrf": "other"}).status_code == 403
    page = browser.get("/projects")
    assert page.status_code == 200
    assert browser.post("/logout", data={"csrf": token_in(page)}).headers["location"] == "/login"
    assert browser.get("/projects").headers["location"].startswith("/login")


def test_another_site_cannot_log_a_browser_in(service):
    form = {"name": service.admin, "password": PASSWORD}
    assert service.browser().post("/login", data=form, headers={"Origin": "https://elsewhere.test"}).status_code == 403


def test_the_set_up_link_makes_the_first_user_once(service):
    with writing(service.fleet.engine) as connection:
        connection.execute(delete(user))
    link = setup_link(service.fleet, "http://127.0.0.1:8080")
    browser = service.browser()
    assert 'href="/setup"' in browser.get("/login").text
    assert browser.get("/setup").status_code == 200
    form = {"token": link, "name": "ann", "password": "a long password", "again": "a long password"}
    assert "differ" in browser.post("/setup", data=form | {"again": "another password"}).text
    assert browser.post("/setup", data=form | {"password": "short", "again": "short"}).status_code == 422
    assert browser.post("/setup", data=form).headers["location"] == "/"
    assert "ann" in browser.get("/projects").text
    assert 'href="/setup"' not in service.browser().get("/login").text
    assert browser.post("/setup", data=form | {"name": "eve"}).status_code == 403


def test_the_choice_of_colours_is_a_cookie(service):
    browser = service.browser()
    assert 'class="dark"' not in browser.get("/login").text
    assert browser.post("/theme", data={"theme": "dark", "next": "/login"}).headers["location"] == "/login"
    assert '<html lang="en" class="dark">' in browser.get("/login").text
    browser.post("/theme", data={"theme": '"><b>', "next": "/login"})
    assert '<html lang="en">' in browser.get("/login").text
