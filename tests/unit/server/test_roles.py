"""Each action with each role, by the API and by the pages: who may not, changes nothing."""

import re

import pytest
from sqlalchemy import func, select

from careen.fleet.connection import writing
from careen.fleet.tables import audit, decision, policy, registry, saved_view
from careen.server.document import operations
from careen.server.keys import insert
from careen.server.pages import MODULES

ROLES = ("reader", "triager", "scanner", "admin")
MAY = {
    "public": {"nobody", "stranger", *ROLES, "service"},
    "signed-in": {"stranger", *ROLES, "service"},
    "read": {*ROLES, "service"},
    "triage": {"triager", "admin", "service"},
    "scan": {"scanner", "admin", "service"},
    "upload": {"scanner", "admin", "service"},
    "agent": {"scanner", "admin", "service"},
    "admin": {"admin", "service"},
    "service": {"service"},
}
WHO = ("nobody", "stranger", *ROLES, "service")
IDENTITY, BATCH = "sha256:" + "1" * 64, "b" * 32
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
NO_SESSION = {"log_in", "log_out", "set_up", "begin_oidc", "end_oidc"}
SCREENS = [screen for module in MODULES for screen in module.SCREENS]


@pytest.fixture
def filled(service):
    """With one of each thing that an address may name."""
    service.add_image(IDENTITY, service.id)
    with writing(service.fleet.engine) as connection:
        of = {"project_id": service.id}
        connection.execute(registry.insert().values(id=1, host="r.test", namespace="", **of))
        connection.execute(policy.insert().values(name="kept", rules=b"{}", changed_at=1.0, **of))
        connection.execute(saved_view.insert().values(id=1, name="v", path="images", made_by="x", made_at=1.0, **of))
        row = {"vulnerability": "CVE-2026-1", "identity": IDENTITY, "status": "fixed", "decided_by": "x", "decided_at": 1.0}
        connection.execute(decision.insert().values(id=1, batch=BATCH, **row, **of))
        insert(connection, service.id, "kept", frozenset({"read"}), "test")
    for role in ROLES:
        service.add_user(role, role=role)
    service.add_user("stranger")
    return service


def named(service, path: str) -> str:
    """The path with one that exists for each of its names."""
    known = {"project": service.id, "identity": IDENTITY, "batch": BATCH, "policy": "kept", "user": 999, "key": 1}
    known |= {"id": "CVE-2026-1", "uuid": "00000000-0000-0000-0000-000000000000", "name": "x", "tag": "x", "channel": "slack"}
    return re.sub(r"\{([a-z]+)\}", lambda found: str(known.get(found[1], 1)), path)


def client_of(service, who: str):
    if who == "nobody":
        return service.client()
    return service.logged_in(service.admin if who == "service" else who)


def browser_of(service, who: str):
    return service.browser("" if who == "nobody" else service.admin if who == "service" else who)


def changes(service) -> int:
    with service.fleet.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(audit).where(audit.c.action != "log_in")).scalar_one()


@pytest.mark.parametrize("who", WHO)
def test_the_api(filled, who):
    client = client_of(filled, who)
    asked = [each for each in operations() if each.id not in NO_SESSION and not each.path.startswith("/api/v1/bom")]
    asked.sort(key=lambda each: each.id in ("delete_project", "change_user"))  # what others need goes last
    for operation in asked:
        before = changes(filled)
        body = {} if operation.media_types else None
        found = client.request(operation.method, named(filled, operation.path), json=body)
        if who in MAY[operation.scope]:
            assert found.status_code not in (401, 403), (operation.id, found.text)
            continue
        of_project = "{project}" in operation.path
        refusal = 401 if who == "nobody" else 404 if who == "stranger" and of_project else 403
        assert found.status_code == refusal, (operation.id, found.text)
        assert changes(filled) == before, operation.id


@pytest.mark.parametrize("who", WHO)
def test_the_pages(filled, who):
    browser = browser_of(filled, who)
    token = ""
    if who != "nobody":
        found = CSRF.search(browser.get("/projects").text)
        token = found[1] if found else ""
    screens = [each for each in SCREENS if each.scope != "public"]
    screens.sort(key=lambda each: (each.path.endswith("/logout"), each.path.endswith("/delete")))  # what others need goes last
    for screen in screens:
        address, before = named(filled, screen.path), changes(filled)
        if screen.method == "GET":
            answer = browser.get(address)
        else:
            assert browser.post(address, data={}).status_code in (303, 403, 404), (address, "without the token")
            assert browser.post(address, data={"csrf": "another"}).status_code in (303, 403, 404), address
            assert changes(filled) == before, (address, "nothing changes without the token of the session")
            answer = browser.post(address, data={"csrf": token})
        about = (screen.method, address, answer.status_code, answer.text[:3000])
        if who in MAY[screen.scope]:
            assert answer.status_code not in (401, 403, 500), about
            continue
        if who == "nobody":
            assert answer.headers["location"].startswith("/login"), about
        else:
            assert answer.status_code == (404 if who == "stranger" and "{project}" in screen.path else 403), about
        assert changes(filled) == before, about


def test_buttons_are_shown_to_those_who_may_use_them(filled):
    pages = {
        "triage": ("/decisions", "Undo"),
        "admin": ("/policies/kept", "Save"),
        "scan": ("/start", "Scan it"),
        "upload": ("/start", "Upload it"),
    }
    for scope, (address, label) in pages.items():
        for who in (*ROLES, "service"):
            page = browser_of(filled, who).get(f"/projects/{filled.id}{address}")
            assert page.status_code == 200, (who, address)
            assert (f">{label}<" in page.text) == (who in MAY[scope]), (who, address, label)
