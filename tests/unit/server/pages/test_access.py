"""Keys, members and users on the pages."""

import re

from tests.support.filled_service import send
from tests.support.service import PASSWORD

from careen.server.pages import access
from careen.server.principal import SCOPES


def test_the_form_has_every_scope_with_its_meaning(service):
    assert set(access.SCOPES) == SCOPES
    page = service.browser(service.admin).get(f"/projects/{service.id}/keys").text
    for scope, meaning in access.SCOPES.items():
        assert f'value="{scope}"' in page and meaning in page


def test_a_key_is_shown_once_and_revoked(service):
    browser, here = service.browser(service.admin), f"/projects/{service.id}/keys"
    page = browser.get(here)
    made = send(browser, page, here, name="<b>pipeline</b>", scope=["read", "upload"], days="30")
    token = re.search(r'id="token">(careen_[^<]+)<', made.text)[1]
    assert "<b>pipeline" not in made.text
    assert service.client(token).get(service.path).status_code == 200
    listed = browser.get(here)
    assert token not in listed.text and "read, upload" in listed.text
    address = re.findall(rf'action="({here}/[0-9]+/revoke)"', listed.text)[0]
    assert send(browser, listed, address).status_code == 303
    assert service.client(token).get(service.path).status_code == 401
    assert "revoked" in browser.get(here).text
    for wrong in ({"name": ""}, {"name": "x", "scope": "odd"}, {"name": "x"}, {"name": "x", "scope": "read", "days": "never"}):
        assert send(browser, listed, here, **wrong).status_code in (400, 422)


def test_a_key_of_the_service(service):
    browser = service.browser(service.admin)
    made = send(browser, browser.get("/keys"), "/keys", name="all", scope="read", days="")
    token = re.search(r'id="token">(careen_[^<]+)<', made.text)[1]
    assert service.client(token).get(service.path).status_code == 200


def test_users_and_their_roles(service):
    browser, members = service.browser(service.admin), f"/projects/{service.id}/members"
    page = browser.get("/users")
    assert send(browser, page, "/users", name="<i>ann</i>", password="a long password").status_code == 303
    shown = browser.get("/users").text
    assert "&lt;i&gt;ann&lt;/i&gt;" in shown and "<i>ann" not in shown
    number = re.search(r"/users/(\d+)", shown.partition("&lt;i&gt;ann")[2])[1]
    assert send(browser, page, "/users", name="<i>ann</i>", password="a long password").status_code == 409
    assert send(browser, page, "/users", name="bob", password="short").status_code in (400, 422)
    form = browser.get(members)
    assert send(browser, form, members, user="<i>ann</i>", role="triager").status_code == 303
    assert "triager" in browser.get(members).text
    assert send(browser, form, members, user="<i>ann</i>", role="king").status_code in (400, 422)
    unknown = send(browser, form, members, user="<b>nobody", role="reader")
    assert unknown.status_code == 422 and "There is no user" in unknown.text and "<b>nobody" not in unknown.text
    assert send(browser, form, f"{members}/{number}/remove").status_code == 303
    assert send(browser, page, f"/users/{number}", disabled="true").status_code == 303
    assert "disabled" in browser.get("/users").text
    own = re.search(r"/users/(\d+)", shown.partition("<main")[2].partition(">ada")[2])[1]
    service.add_user("otto", role="admin")
    of_project = service.browser("otto")
    assert "Name of the user" in of_project.get(members).text, "who does not see the users writes the name"
    assert send(of_project, of_project.get(members), members, user=" <i>ann</i> ", role="reader").status_code == 303
    assert "needs an administrator" in send(browser, page, f"/users/{own}", is_admin="false").text


def test_the_audit_log_states_what_was_done(service):
    browser = service.browser(service.admin)
    send(browser, browser.get("/users"), "/users", name="<s>eve", password="a long password")
    page = browser.get("/audit")
    assert "create user" in page.text and "&lt;s&gt;eve" in page.text
    assert browser.get("/audit?export=csv").status_code == 200
    assert browser.get(f"/projects/{service.id}/audit").status_code == 200


def test_a_user_changes_their_password(service):
    browser = service.browser(service.add_user("eve", role="reader"))
    page = browser.get("/password")
    assert 'href="/password">eve' in page.text
    given = {"present": PASSWORD, "password": "another long password", "again": "another long password"}
    for wrong, words in (
        ({"present": "wrong"}, "The present password is wrong"),
        ({"again": "other"}, "The two new passwords differ"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
    ):
        assert words in send(browser, page, "/password", **(given | wrong)).text
    changed = send(browser, page, "/password", **given)
    assert "Your password is changed" in browser.get(changed.headers["location"]).text
    assert service.browser().get("/password").status_code == 303
