"""Settings of a project: due days, name, admission, hosts, quotas; a new project, and the end of one."""

from sqlalchemy import select
from tests.support.filled_service import send

from careen.fleet.projects import settings_of
from careen.fleet.tables import project
from careen.server.interfaces.admission.policy import OfProject as OfAdmission
from careen.server.interfaces.admission.policy import Rules, rules_of
from careen.server.interfaces.hosts import OfProject as OfHosts
from careen.server.interfaces.project_settings import settings_of as part_of


def test_each_part_is_saved_for_itself(service):
    browser, here = service.browser(service.admin), f"/projects/{service.id}/settings"
    page = browser.get(here)
    for form in (
        {"part": "deadlines", "owner": "<b>blue", "exploited": "2", "critical": "7", "high": "", "medium": "", "low": ""},
        {
            "part": "admission",
            "admission": '{"rules": {"mode": "enforce", "deny": ["kev"]}, "namespaces": {"kube-*": {"mode": "off"}}}',
        },
        {"part": "hosts", "hosts": "storage.example\nother.example:9000"},
        {"part": "quotas", "images": "100", "scans_per_day": "", "upload_bytes": ""},
        {"part": "name", "name": "<script>shop"},
    ):
        assert send(browser, page, here, **form).status_code == 303, form
    with service.fleet.engine.connect() as connection:
        row = connection.execute(select(project)).one()
    found = settings_of(bytes(row.settings))
    assert (found.deadlines.owner, found.deadlines.exploited, found.deadlines.critical, found.deadlines.high) == (
        "<b>blue",
        2,
        7,
        None,
    )
    assert (found.quotas.images, row.name) == (100, "<script>shop")
    rules = part_of(service.fleet, service.id, OfAdmission).admission
    assert rules_of(rules, "shop") == Rules("enforce", ("kev",)) and rules_of(rules, "kube-system").mode == "off"
    assert part_of(service.fleet, service.id, OfHosts).hosts == ("storage.example", "other.example:9000")
    shown = browser.get(here).text
    assert "&lt;script&gt;shop" in shown and "<script>shop" not in shown and "<b>blue" not in shown
    for wrong in (
        {"part": "deadlines", "critical": "soon"},
        {"part": "deadlines", "critical": "0"},
        {"part": "name", "name": ""},
        {"part": "admission", "admission": "{"},
        {"part": "admission", "admission": '{"rules": {"mode": "enforced"}}'},
        {"part": "hosts", "hosts": "https://storage.example/"},
    ):
        assert send(browser, page, here, **wrong).status_code in (400, 422)


def test_an_administrator_of_the_project_sets_no_quota(service):
    service.add_user("otto", role="admin")
    browser, here = service.browser("otto"), f"/projects/{service.id}/settings"
    assert "Quotas" not in browser.get(here).text
    answer = send(browser, browser.get(here), here, part="quotas", images="1000000")
    assert answer.status_code == 403 and "an administrator of the service" in answer.text


def test_a_project_is_made_and_deleted_by_its_name(service):
    browser = service.browser(service.admin)
    made = send(browser, browser.get("/projects/new"), "/projects/new", name="second")
    assert made.headers["location"].endswith("/start")
    assert "Watch a registry" in browser.get(made.headers["location"]).text
    assert send(browser, browser.get("/projects/new"), "/projects/new", name="second").status_code == 409
    start = made.headers["location"].removesuffix("/start")
    page = browser.get(f"{start}/settings")
    assert "Type the name" in send(browser, page, f"{start}/delete", name="first").text
    assert send(browser, page, f"{start}/delete", name="second").headers["location"] == "/projects?notice=removed"
    assert browser.get(start).status_code == 404
