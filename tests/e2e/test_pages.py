"""The pages of the service in a real browser: no barrier for a screen reader, by keyboard alone, without a script, on a phone;
hostile names stay text.

Needs Chromium, playwright-core and axe-core (``test_html_report`` says how). ``--update`` writes the pictures of
docs/pages.md.
"""

import io
import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.event import listen, remove
from tests.conftest import ROOT
from tests.e2e.test_html_report import CHROMIUM, DRIVEN, MODULES
from tests.support.reports import hostile
from tests.support.service import PASSWORD, Service, served, with_fakes

from careen.app.exposing import exposure
from careen.app.session import Session
from careen.config import settings_of
from careen.exposure import document
from careen.fleet import exposures, reports
from careen.fleet.connection import writing
from careen.fleet.tables import (
    audit,
    decision,
    delivery,
    event,
    event_project,
    image,
    policy,
    project_image,
    registry,
    repository,
    saved_view,
    subscription,
    tag,
    tag_change,
    worker,
)
from careen.plugins import ReportOptions
from careen.server import passwords
from careen.server.assembled import assembled
from careen.server.options import ServerOptions
from careen.server.pages import MODULES as MODULES_OF_PAGES

SCRIPT = Path(__file__).parents[1] / "support/browser/pages.mjs"
PICTURES = ("overview-wide-light", "overview-phone-dark", "image-wide-light", "images-wide-dark", "tag-wide-light")
DAY_S = 86_400.0
STILL = 0.0  # of the window, by which what is displayed may move: browsers call 0.1 good
NOT_PAGES = ("/login", "/setup", "completions", "/views/{view}", "vex.json")  # entries of others, and what is no page
IMAGES = (
    # name, critical, high, medium, low, risk, coverage, runs
    ("shop/web:1.4", 3, 11, 24, 9, 99.1, "assessed", True),
    ("shop/web:1.3", 5, 14, 25, 9, 99.1, "assessed", False),
    ("shop/payment:2.0", 1, 4, 12, 3, 62.5, "partially_assessed", True),
    ("shop/search:0.9", 0, 7, 9, 14, 41.0, "assessed", True),
    ("tools/import:5", 0, 2, 3, 1, 12.4, "assessed", False),
    ("tools/legacy:7", 0, 0, 0, 0, 0.0, "not_assessed", True),
    ("base/debian:12", 0, 0, 1, 6, 3.2, "assessed", False),
)


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    made = Service(tmp_path)
    made.app = assembled(made.fleet, ServerOptions())
    with_fakes(monkeypatch, made)
    made.identities = [f"sha256:{number:02x}{'4c7e' * 15}{number:02x}" for number in range(1, len(IMAGES) + 1)]
    yield made
    made.fleet.engine.dispose()


def fill(service, host="registry.example", repository_name="shop/web", now=None):
    now = now or time.time()
    numbers = []
    for (name, *counts, risk, coverage, runs), identity in zip(IMAGES, service.identities, strict=True):
        values = dict(zip(("critical", "high", "medium", "low"), counts, strict=True))
        values |= {"coverage": coverage, "risk": int(risk * 1000), "fixable": sum(counts) // 2, "exploited": counts[0] // 3}
        values |= {"packages": 100 + 7 * sum(counts), "distribution": "debian 12", "runs_at": now if runs else None}
        values |= {"enrolled_at": now - 3 * DAY_S, "assessed_at": now - 600.0}
        numbers.append(service.add_image(identity, service.id, reference=f"{host}/{name}", **values))
    with writing(service.fleet.engine) as connection:
        row = {"project_id": service.id, "host": host, "listed_at": now - 900.0, "every_s": 21_600.0, "next_at": now + 20_700.0}
        connection.execute(registry.insert().values(id=1, **row))
        connection.execute(repository.insert().values(id=1, registry_id=1, name=repository_name))
        for name, number in (("1.3", numbers[1]), ("1.4", numbers[0])):
            connection.execute(
                tag.insert().values(repository_id=1, name=name, image_id=number, seen_at=now, pushed_at=now - DAY_S)
            )
        for days, number in ((40, 1), (31, 2), (20, 3), (11, 1), (6, 4), (1, 0)):
            row = {"repository_id": 1, "name": "1.4", "at": now - days * DAY_S, "identity": service.identities[number]}
            connection.execute(tag_change.insert().values(row))
        connection.execute(worker.insert().values(id="w1", host="node-1", started_at=now - DAY_S, beat_at=now))
        for kind, number in (("introduced", numbers[0]), ("introduced", numbers[3])):
            row = {"at": now - 7200.0 * number, "kind": kind, "severity": "high", "image_id": number, "detail": b'{"count": 3}'}
            made = connection.execute(event.insert().values(row)).inserted_primary_key
            connection.execute(event_project.insert().values(event_id=made[0], project_id=service.id, images=1))


def act(service, text="on call", now=None):
    """What people have done: a decision, a policy, a view, a subscription with messages, an upload."""
    now = now or time.time()
    with writing(service.fleet.engine) as connection:
        of = {"project_id": service.id}
        row = {"vulnerability": "CVE-2021-44228", "package": "pkg:maven/a/b", "status": "not_affected", "reason": text}
        connection.execute(
            decision.insert().values(**row, decided_by=f"user:{text}", decided_at=now - DAY_S, batch="b" * 32, **of)
        )
        rules = {"name": "default", "rules": b'{"fail_on": ["critical", "kev"]}', "changed_by": text, "changed_at": now}
        connection.execute(policy.insert().values(**rules, **of))
        connection.execute(saved_view.insert().values(name=text, path="images?severity=high", made_by=text, made_at=now, **of))
        target = service.fleet.seal(b'{"url": "https://hooks.example/x", "secret": "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"}')
        row = {"id": 1, "kind": "webhook", "name": text, "target": target, "created_at": now, "failures": 3}
        connection.execute(subscription.insert().values(**row, **of))
        message = {"subscription_id": 1, "kind": "message", "title": text, "body": b"{}", "created_at": now, "next_at": now}
        for number, state in enumerate(("sent", "waiting", "dead")):
            connection.execute(
                delivery.insert().values(key=f"k{number}", state=state, trouble=text, tries=2, code=503, **message)
            )
        connection.execute(audit.insert().values(at=now, actor=text, action="x", subject=text, detail=text, **of))


def expose(service, known, name, text=""):
    """What the shop of the examples exposes, with an image in place of one of its own."""
    stream = io.StringIO()
    found = exposure(
        [str(ROOT / "examples/shop/compose.yaml")], settings_of({"cache_dir": str(service.fleet.settings.cache_dir)})
    )
    document.write(found, stream, ReportOptions())
    data = stream.getvalue().replace(known, name)
    if text:
        data = data.replace("edge", json.dumps(text)[1:-1])
    with writing(service.fleet.engine) as connection:
        exposures.store(connection, service.id, "production", exposures.read(data.encode()), "key:ci", time.time() - 300.0)


def driven(service, tmp_path, pages, folder="", **plan):
    with served(service) as address:
        plan |= {"address": address, "name": service.admin, "password": PASSWORD, "pages": pages}
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        command = ["node", str(SCRIPT), str(tmp_path / "plan.json"), CHROMIUM, *([str(folder)] if folder else [])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=580, env={**os.environ, "NODE_PATH": MODULES})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def addresses(service):
    start, first, second = f"/projects/{service.id}", *service.identities[:2]
    return [
        ("overview", start),
        ("images", f"{start}/images"),
        ("image", f"{start}/images/{first}"),
        ("findings", f"{start}/images/{first}/findings"),
        ("packages", f"{start}/images/{first}/packages"),
        ("dockerfile", f"{start}/images/{first}/dockerfile"),
        ("registries", f"{start}/registries"),
        ("registry", f"{start}/registries/1"),
        ("repository", f"{start}/repositories/1"),
        ("tag", f"{start}/repositories/1/tags/1.4"),
        ("compare", f"{start}/compare?from={second}&to={first}"),
        ("compare tags", f"{start}/compare?from=shop/web:1.3&to=shop/web:1.4"),
        ("coverage", f"{start}/coverage"),
        ("search", f"{start}/search"),
        ("words", f"{start}/search?q=shop"),
        ("no id", f"{start}/search?q=CVE-21-1"),
        ("compare with", f"{start}/compare?to={first}"),
        ("vulnerability", f"{start}/vulnerabilities/CVE-2021-44228"),
        ("start", f"{start}/start"),
        ("edit", f"{start}/registries/1/edit"),
        ("new registry", f"{start}/registries/new"),
        ("triage", f"{start}/triage"),
        ("decide", f"{start}/triage/decide?vulnerability=CVE-2021-44228"),
        ("decisions", f"{start}/decisions"),
        ("base", f"{start}/images/{first}/base-decisions"),
        ("policies", f"{start}/policies"),
        ("policy", f"{start}/policies/default"),
        ("views", f"{start}/views"),
        ("settings", f"{start}/settings"),
        ("keys", f"{start}/keys"),
        ("members", f"{start}/members"),
        ("audit", f"{start}/audit"),
        ("notifications", f"{start}/notifications"),
        ("channels", f"{start}/notifications/new"),
        *((f"new {kind}", f"{start}/notifications/new?kind={kind}") for kind in ("webhook", "smtp", "jira")),
        ("subscription", f"{start}/notifications/1"),
        ("messages", f"{start}/notifications/messages"),
        ("new project", "/projects/new"),
        ("users", "/users"),
        ("password", "/password"),
        ("all keys", "/keys"),
        ("all changes", "/audit"),
        ("jobs", "/jobs"),
        ("projects", "/projects"),
    ]


@DRIVEN
def test_every_page_and_the_pictures(service, tmp_path, update, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    from build_demo import build

    build(tmp_path / "shop.tar")
    settings = settings_of({"offline": True, "advisories": str(ROOT / "examples/advisories"), "cache_dir": str(tmp_path / "c")})
    with Session(settings) as session:
        report = session.scan(str(tmp_path / "shop.tar"))
    report = replace(report, image=replace(report.image, opened="", reference="registry.example/shop/web:1.4"))
    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: report)
    fill(service)
    act(service)
    expose(service, "registry.example/shop/web:4.0.2", "registry.example/shop/web:1.4")
    folder = ROOT / "docs/pages" if update else tmp_path
    folder.mkdir(exist_ok=True)
    pages = addresses(service)
    seen = driven(
        service,
        tmp_path,
        pages,
        folder,
        pictures=PICTURES if update else None,
        full=not update,
        keys=f"/projects/{service.id}/images",
        tabbed=pages,
        trial=f"/projects/{service.id}",
    )
    assert (seen["errors"], seen["requests"]) == ([], [])
    assert {name: found for name, found in seen["axe"].items() if found} == {}
    assert {name: width for name, width in seen["widths"].items() if width > (390 if "phone" in name else 1280)} == {}
    assert set(seen["status"].values()) == {200}
    assert {name: found for name, found in seen["unreached"].items() if found} == {}  # by the keyboard alone
    assert {name: moved for name, moved in seen["shifts"].items() if moved > STILL} == {}
    assert set(seen["plain"]) == {200}  # without JavaScript, too
    assert max(seen["script_bytes"].values()) < 100_000
    assert (seen["focused"], seen["searching"]) == ("registry.example/shop/web:1.3", "quick")
    assert seen["opened"] == f"/projects/{service.id}/images/{service.identities[1]}"
    assert (seen["searched"], seen["dark"], seen["dark_after"]) == ("?q=package%3Aop", "dark", "dark")
    answers = {"fix": [True, True, "What to do first"], "gaps": [True, "What was not assessed"]}
    answers["affected"] = ["Affected images", True]  # the navigation shows where one is
    assert seen["trial"] == {"wide": answers, "phone": answers}
    assert all((folder / f"{name}.png").stat().st_size > 5000 for name in PICTURES)


@DRIVEN
def test_a_page_that_comes_in_parts_does_not_move(service, tmp_path):
    """A browser draws what it has of a table, and then moves its columns; the pages wait for the rest."""
    fill(service)
    act(service)
    pages = [page for page in addresses(service) if page[0] in ("overview", "images", "audit")]
    seen = driven(service, tmp_path, [], sizes=[], in_parts=pages)
    assert seen["in_parts"] == dict.fromkeys(("overview", "images", "audit"), STILL)


@DRIVEN
def test_hostile_names_are_text_on_every_page(service, tmp_path, monkeypatch):
    text = '"><img src=x onerror=alert(1)>'

    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: hostile(text))
    fill(service, host=f"registry.example{text}", repository_name=text)
    with writing(service.fleet.engine) as connection:
        connection.execute(image.update().where(image.c.identity == service.identities[0]).values(reference="shop/web:1.4"))
    act(service, text)
    expose(service, "registry.example/shop/web:4.0.2", "shop/web:1.4", text)
    pages = [page for page in addresses(service) if page[0] not in ("jobs", "projects")]
    seen = driven(service, tmp_path, pages, sizes=["wide"], schemes=["light"])
    assert (seen["errors"], seen["requests"]) == ([], [])
    assert set(seen["status"].values()) == {200}


def test_every_screen_is_among_these_pages(service):
    seen = [address.partition("?")[0] for _, address in addresses(service)]
    screens = [screen for module in MODULES_OF_PAGES for screen in module.SCREENS if screen.method == "GET"]
    wanted = [screen.path for screen in screens if screen.path != "/" and not screen.path.endswith(NOT_PAGES)]
    patterns = {path: re.compile(re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(path))) for path in wanted}
    assert [path for path, pattern in patterns.items() if not any(pattern.fullmatch(address) for address in seen)] == []


def test_no_page_asks_the_database_more_often_than_thirty_times(service, monkeypatch):
    """A page whose number of statements grows with its rows is found by the second fleet, which has twice as many images."""
    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: hostile("name"))
    fill(service)
    act(service)
    browser = service.browser(service.admin)
    few = {name: asked(service, browser, address) for name, address in addresses(service)}
    for number in range(100, 120):
        service.add_image(
            f"sha256:{number:064x}", service.id, reference=f"registry.example/shop/more:{number}", enrolled_at=1.0
        )
    many = {name: asked(service, browser, address) for name, address in addresses(service)}
    assert {name: count for name, count in many.items() if count > 30} == {}
    assert {name: (few[name], count) for name, count in many.items() if count > few[name] + 3} == {}


def asked(service, browser, address) -> int:
    statements = []

    def note(connection, cursor, statement, *_):
        statements.append(statement)

    listen(service.fleet.engine, "before_cursor_execute", note)
    try:
        for held in ("summaries", "not_assessed", "advisory_age", "kept_reports"):  # as if nobody had asked before
            if hasattr(service.app.state, held):
                delattr(service.app.state, held)
        assert browser.get(address).status_code == 200, address
    finally:
        remove(service.fleet.engine, "before_cursor_execute", note)
    return sum(not each.startswith(("PRAGMA", "BEGIN")) for each in statements)


@DRIVEN
def test_ten_thousand_rows_page_by_key_and_stay_where_they_are(service, tmp_path):
    rows = [
        {
            "identity": f"sha256:{number:064x}",
            "reference": f"registry.example/team-{number % 97}/app-{number}:1",
            "state": "ready",
        }
        | {"risk": number % 997, "coverage": "assessed", "enrolled_at": 1.0, "high": number % 7, "kind": "image"}
        for number in range(10_000)
    ]
    with writing(service.fleet.engine) as connection:
        connection.execute(image.insert(), rows)
        numbers = connection.execute(select(image.c.id).where(image.c.enrolled_at == 1.0)).scalars().all()
        connection.execute(
            project_image.insert(), [{"project_id": service.id, "image_id": number, "seen_at": 1.0} for number in numbers]
        )
    client, cursor, found, skipped = service.client(service.key), "", [], set()

    def note(connection, cursor, statement, parameters, *_):
        if "OFFSET" in statement:  # SQLite's dialect writes OFFSET 0 after each LIMIT
            skipped.add(parameters[-1])

    listen(service.fleet.engine, "before_cursor_execute", note)
    while cursor is not None:
        page = client.get(
            f"{service.path}/images?limit=500&cursor={cursor}" if cursor else f"{service.path}/images?limit=500"
        ).json()
        found += [one["reference"] for one in page["items"]]
        cursor = page["next"]
    remove(service.fleet.engine, "before_cursor_execute", note)
    assert (len(found), len(set(found)), skipped) == (10_000, 10_000, {0})
    seen = driven(service, tmp_path, [], sizes=[], list=f"/projects/{service.id}/images")
    assert seen["errors"] == []
    for size, width in (("wide", 1280), ("phone", 390)):
        pages = [page for page in seen["lists"] if page["size"] == size]
        shown = [row for page in pages for row in page["rows"]]
        assert shown == found[: len(shown)] and len(shown) == sum(len(page["rows"]) for page in pages) >= 5 * 20
        assert len({page["top"] for page in pages}) == 1, "the table begins at the same place on each page"
        assert max(page["shift"] for page in pages) <= STILL and max(page["width"] for page in pages) <= width
