"""Counts without what the project has decided."""

import time

import pytest
from tests.support.fake_fleet import make_fleet

from careen.fleet.tables import context, decision, image, image_unit, project_image, unit, unit_finding
from careen.server.interfaces.admission.decide import decided
from careen.server.interfaces.admission.policy import Admission, Rules
from careen.server.interfaces.admission.review import Asked, Named
from careen.server.interfaces.admission.stored import counted, stored_of

DIGEST = "sha256:" + "1" * 64
PURL = "pkg:npm/%40a/b@1.0?x=1"


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = make_fleet(tmp_path, monkeypatch)
    row = {"identity": DIGEST, "digest": DIGEST, "reference": "x", "state": "ready", "enrolled_at": 1.0, "exit_code": 0}
    found.put(image, id=1, **row, critical=1, high=2, exploited=1, coverage="complete")
    found.put(project_image, project_id=1, image_id=1, seen_at=1.0)
    found.put(context, id=1, key=b"c", data=b"")
    found.put(unit, id=1, key=b"u", context_id=1, data=b"", type="npm", name="b")
    found.put(image_unit, image_id=1, unit_id=1)
    for name, severity, exploited in (("CVE-1", "critical", True), ("CVE-2", "high", False), ("CVE-3", "high", False)):
        found.put(
            unit_finding, unit_id=1, vulnerability=name, package=PURL, severity=severity, risk=1, confidence="confirmed",
            fix_state="open", exploited=exploited, first_at=1.0, data=b"",
        )  # fmt: skip
    return found


def decide(fake, vulnerability="CVE-1", status="not_affected", project_id=1, **more):
    values = {"vulnerability": vulnerability, "status": status, "decided_by": "x", "decided_at": 1.0}
    fake.put(decision, project_id=project_id, **values, **more)


def counts(fake) -> tuple[int, int, int]:
    (known,) = stored_of(fake.fleet, 1, [DIGEST])[DIGEST]
    found = counted(fake.fleet, 1, known)
    return found.critical, found.high, found.exploited


def test_without_decisions_all_count(fake):
    assert counts(fake) == (1, 2, 1)


@pytest.mark.parametrize("package", ["", PURL, "pkg:npm/%40a/b@1.0", "pkg:npm/%40a/b"])
@pytest.mark.parametrize("status", ["not_affected", "fixed"])
@pytest.mark.parametrize("identity", ["", DIGEST])
def test_a_decision_settles_its_finding(fake, package, status, identity):
    decide(fake, status=status, package=package, identity=identity)
    assert counts(fake) == (0, 2, 0)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "affected"},
        {"status": "under_investigation"},
        {"package": "pkg:npm/%40a"},
        {"package": "pkg:npm/%40a/b@1"},
        {"identity": "sha256:" + "2" * 64},
        {"project_id": 2},
        {"revoked_at": 1.0},
        {"expires_at": 1.0},
        {"vulnerability": "CVE-9"},
    ],
)
def test_other_decisions_do_not(fake, more):
    decide(fake, **more)
    assert counts(fake) == (1, 2, 1)


@pytest.mark.parametrize(
    ("deny", "text"),
    [
        (("critical",), "1 critical vulnerabilities"),
        (("high",), "1 critical vulnerabilities"),
        (("kev",), "1 known exploited vulnerabilities"),
        (("not_assessed",), ""),
        (("verdict",), ""),
        ((), ""),
    ],
)
def test_what_a_rule_denies(fake, deny, text):
    asked = Asked("u", "shop", (Named("/x", f"registry.example/a@{DIGEST}"),))
    settings = Admission(Rules("enforce", deny))
    assert decided(fake.fleet, 1, asked, settings).message.rpartition(": ")[2] == text
    decide(fake, "CVE-1")
    assert decided(fake.fleet, 1, asked, settings).allowed is (deny != ("high",))


def test_an_old_verdict_is_unknown(fake):
    asked = Asked("u", "shop", (Named("/x", f"registry.example/a@{DIGEST}"),))
    answer = decided(fake.fleet, 1, asked, Admission(Rules("enforce", unknown="refuse", max_age_days=1.0)))
    assert (answer.allowed, answer.unknown) == (False, (f"registry.example/a@{DIGEST}",))


def test_an_image_without_a_verdict_is_refused(fake):
    from sqlalchemy import update

    with fake.fleet.engine.begin() as connection:
        connection.execute(update(image).values(exit_code=None, assessed_at=time.time()))
    asked = Asked("u", "shop", (Named("/x", f"registry.example/a@{DIGEST}"),))
    assert "it has no verdict" in decided(fake.fleet, 1, asked, Admission(Rules("enforce"))).message
