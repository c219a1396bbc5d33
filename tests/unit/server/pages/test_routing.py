"""What all pages share: the policy, errors as pages, rights, forms."""

import re

import pytest

from careen.server.pages import routing

POLICY = "script-src 'self'; style-src 'self'"


def test_pages_have_a_strict_policy_and_nothing_inline(service):
    browser = service.browser(service.admin)
    for address in ("/projects", "/login", "/setup", "/nothing"):
        page = browser.get(address)
        assert POLICY in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert not re.search(r"<style|<script(?! src=)| style=| on[a-z]+=|javascript:", page.text)


def test_errors_are_pages_for_browsers_and_problems_for_programs(service):
    unknown = service.browser(service.admin).get("/nothing")
    assert unknown.status_code == 404
    assert "There is no such page" in unknown.text
    program = service.client(service.key).get("/nothing")
    assert program.headers["content-type"] == "application/problem+json"
    api = service.browser(service.admin).get("/api/v1/projects/999")
    assert api.headers["content-type"] == "application/problem+json"


def test_a_project_of_others_does_not_exist(service):
    other = service.add_project("their secret name")
    reader = service.browser(service.add_user("rita", role="reader"))
    for number in (other, 999, "x", "1" * 40, "-1"):
        page = reader.get(f"/projects/{number}")
        assert page.status_code == 404
        assert "their secret name" not in page.text
    assert "their secret name" not in reader.get("/projects").text


def test_a_form_of_nobody_is_not_read(service, monkeypatch):
    """It may have 65 MiB, and many may come at once."""

    async def reading(request, max_bytes):
        raise AssertionError("the body is read")

    monkeypatch.setattr(routing, "read_body", reading)
    place = f"/projects/{service.id}/upload"
    answer = service.browser().post(place, data={"csrf": "x"})
    assert answer.status_code == 303 and answer.headers["location"] == "/login"
    wrong = service.client("careen_x_y").post(place, data={"csrf": "x"})
    assert wrong.status_code == 303
    with pytest.raises(AssertionError):
        service.browser(service.admin).post(place, data={"csrf": "x"})


def test_forms_have_bounds(service):
    browser = service.browser()
    assert browser.post("/login", content=b"x" * 2_000_000).status_code in (413, 415)
    many = "&".join(f"f{number}=1" for number in range(5000))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.post("/login", content=many, headers=kind).status_code == 400
    assert browser.post("/login", content=b"\xff\xfe=1", headers=kind).status_code in (400, 422)
    assert browser.post("/login", json={"name": "x"}).status_code == 415
