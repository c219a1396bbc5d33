"""What all pages share: the policy, errors as pages, rights, forms."""

import re

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


def test_forms_have_bounds(service):
    browser = service.browser()
    assert browser.post("/login", content=b"x" * 2_000_000).status_code in (413, 415)
    many = "&".join(f"f{number}=1" for number in range(5000))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.post("/login", content=many, headers=kind).status_code == 400
    assert browser.post("/login", content=b"\xff\xfe=1", headers=kind).status_code in (400, 422)
    assert browser.post("/login", json={"name": "x"}).status_code == 415
