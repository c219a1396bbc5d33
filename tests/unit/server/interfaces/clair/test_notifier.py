"""Notifications as Quay reads them: announced, page by page, deleted."""

import base64
import time

import msgspec
import pytest
from sqlalchemy import func, select
from tests.support.clients.quay import QuayClient, QuayError
from tests.support.clients.schemas import check_clair
from tests.support.fake_fleet import make_fleet
from tests.support.served import served

from careen.fleet.notifications.channels.quay import Notification, QuayTarget, announcement
from careen.fleet.tables import context, event, image, image_unit, outbox, project_image, subscription, unit, unit_finding
from careen.server.interfaces import clair
from careen.server.interfaces.clair.token import sealed

PSK = b"0123456789abcdef0123456789abcdef"
TARGET = QuayTarget("https://quay.example/secscan/notification", base64.b64encode(PSK).decode())
IMAGES = 5
PURL = "pkg:deb/debian/openssl@3.0?arch=amd64"
LASTING = "pkg:deb/debian/openssl"


def digest_of(number: int) -> str:
    return f"sha256:{number:064x}"


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = make_fleet(tmp_path, monkeypatch)
    found.put(subscription, id=7, project_id=1, kind="quay", target=sealed(found.fleet, TARGET), created_at=1.0)
    found.put(context, id=1, key=b"c", data=b"")
    found.put(unit, id=1, key=b"u", context_id=1, data=b"", type="deb", name="openssl")
    found.put(
        unit_finding, unit_id=1, vulnerability="CVE-2026-1234", package=PURL, severity="high", risk=1,
        confidence="confirmed", fix_state="fixed", fixed_version="3.1", first_at=1.0, data=b"",
    )  # fmt: skip
    for number in range(1, IMAGES + 1):
        found.put(image, id=number, identity=f"clair:1:{digest_of(number)}", reference="x", state="ready", enrolled_at=1.0)
        found.put(project_image, project_id=1, image_id=number, seen_at=1.0)
        found.put(image_unit, image_id=number, unit_id=1)
    found.put(image, id=90, identity=digest_of(90), reference="x", state="ready", enrolled_at=1.0)  # not by Clair
    found.put(image, id=91, identity=f"clair:2:{digest_of(91)}", reference="x", state="ready", enrolled_at=1.0)
    for number, project in ((90, 1), (91, 2)):
        found.put(project_image, project_id=project, image_id=number, seen_at=1.0)
        found.put(image_unit, image_id=number, unit_id=1)
    for number, kind, of in ((10, "disclosed", None), (11, "fix_available", None), (12, "introduced", 3), (13, "resolved", 2)):
        found.put(
            event, id=number, at=1.0, kind=kind, vulnerability="CVE-2026-1234", package=LASTING,
            severity="high", image_id=of,
        )  # fmt: skip
        found.put(outbox, event_id=number, subscription_id=7, state="gathered", at=1.0)
    return found


@pytest.fixture
def address(fake):
    with served(clair.routes(fake.fleet)) as found:
        yield found


@pytest.fixture
def quay(address):
    return QuayClient(f"{address}/clair", PSK)


WANTED = Notification(7, 10, 13)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 500])
def test_all_pages(quay, size):
    found = quay.notifications(f"/x/{WANTED.id}", size)
    assert [(entry["reason"], entry["manifest"]) for entry in found] == [
        *(("added", digest_of(number)) for number in range(1, IMAGES + 1)),
        ("added", digest_of(3)),
        ("removed", digest_of(2)),
    ]
    assert len({entry["id"] for entry in found}) == len(found)
    for entry in found:
        known = entry["vulnerability"]
        assert (known["name"], known["normalized_severity"], known["fixed_in_version"]) == ("CVE-2026-1234", "High", "3.1")
        assert (known["package"]["name"], known["package"]["version"]) == ("openssl", "3.0")
        assert known["links"] == "https://www.cve.org/CVERecord?id=CVE-2026-1234"


def test_an_image_that_was_indexed_introduces_several(fake, quay):
    worst = [["CVE-2026-1234", PURL], ["CVE-2026-0000", PURL]]  # the second one is gone since
    detail = msgspec.json.encode({"count": 2, "worst": worst})
    fake.put(event, id=20, at=1.0, kind="introduced", severity="high", image_id=4, detail=detail)
    fake.put(outbox, event_id=20, subscription_id=7, at=1.0)
    (found,) = quay.notifications(f"/x/{Notification(7, 20, 20).id}", 1)
    assert (found["manifest"], found["reason"], found["vulnerability"]["name"]) == (digest_of(4), "added", "CVE-2026-1234")


def test_what_the_rule_or_a_decision_has_skipped_is_no_part_of_it(fake, quay):
    with fake.fleet.engine.begin() as connection:
        connection.execute(outbox.update().where(outbox.c.event_id == 10).values(state="skipped"))
    assert [entry["reason"] for entry in quay.notifications(f"/x/{WANTED.id}")] == ["added", "removed"]


def test_a_page_conforms_to_clairs_schema(fake):
    from careen.server.interfaces.clair.notifier import Position, page_of

    check_clair(page_of(fake.fleet, 1, WANTED, Position(10, 0), 3, True), "notification_page")


def test_a_deleted_one_is_gone(fake, quay):
    quay.delete_notification(f"/x/{WANTED.id}")
    quay.delete_notification(f"/x/{WANTED.id}")
    with fake.fleet.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(outbox)).scalar() == 0
    with pytest.raises(QuayError, match="404"):
        quay.notifications(f"/x/{WANTED.id}")


@pytest.mark.parametrize("id", ["x", "7", "8-10-13", "7-1-2", "7-10-99999999999999999999", "' OR 1=1"])
def test_an_unknown_one(quay, id):
    with pytest.raises(QuayError, match="404"):
        quay.notifications(f"/x/{id}")


def test_another_project_does_not_see_it(fake, address):
    other = b"fedcba9876543210fedcba9876543210"
    target = sealed(fake.fleet, QuayTarget("", base64.b64encode(other).decode()))
    fake.put(subscription, project_id=2, kind="quay", target=target, created_at=1.0)
    client = QuayClient(f"{address}/clair", other)
    with pytest.raises(QuayError, match="404"):
        client.notifications(f"/x/{WANTED.id}")
    client.delete_notification(f"/x/{WANTED.id}")
    with fake.fleet.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(outbox)).scalar() == 4


@pytest.mark.parametrize("query", ["page_size=0", "page_size=-1", "page_size=x", "next=x", "next=1.2.3"])
def test_pages_that_do_not_exist(quay, query):
    with pytest.raises(QuayError, match="400"):
        quay._perform("GET", f"notifier/api/v1/notification/{WANTED.id}?{query}")


def test_an_announcement_is_signed_with_the_key_that_quay_knows(fake, address, quay):
    from joserfc import jwt
    from joserfc.jwk import OctKey

    found = announcement(TARGET, WANTED, f"{address}/", int(time.time()))
    body = msgspec.json.decode(found.body)
    check_clair(body, "notification_webhook")
    assert (found.url, body["notification_id"]) == (TARGET.url, WANTED.id)
    token = jwt.decode(found.headers["Authorization"].removeprefix("Bearer "), OctKey.import_key(PSK), algorithms=["HS256"])
    assert token.claims["iss"] == "clair"
    assert len(quay.notifications(body["callback"])) == IMAGES + 2


def test_without_a_key_an_announcement_is_not_signed():
    assert "Authorization" not in announcement(QuayTarget("https://quay.example"), WANTED, "https://careen.example", 1).headers
