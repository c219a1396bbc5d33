"""Counts without what the project has decided."""

import time
from datetime import UTC, datetime

import pytest
from tests.support.fake_fleet import make_fleet

from careen.fleet.progress import Progress, save
from careen.fleet.project_verdicts import mark_of
from careen.fleet.rules import encoded
from careen.fleet.tables import context, decision, image, image_unit, policy, project_image, unit, unit_finding
from careen.policy.rules import Rules as PolicyRules
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


def test_a_decision_about_what_does_not_count_settles_nothing_else(fake):
    """Possible findings are not in the counts of an image, so that they cannot be taken off them."""
    fake.put(
        unit_finding, unit_id=1, vulnerability="CVE-4", package=PURL, severity="critical", risk=1, confidence="possible",
        fix_state="open", exploited=True, first_at=1.0, data=b"",
    )  # fmt: skip
    decide(fake, "CVE-4")
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


@pytest.mark.parametrize("deny", [("critical",), ("kev",)])
def test_an_image_of_which_nothing_is_assessed_has_no_findings_but_is_unknown(fake, deny):
    empty = {"critical": 0, "high": 0, "exploited": 0, "coverage": "not_assessed", "assessed_at": time.time()}
    with fake.fleet.engine.begin() as connection:
        connection.execute(image.update().values(empty))
    asked = Asked("u", "shop", (Named("/x", f"registry.example/a@{DIGEST}"),))
    refused = decided(fake.fleet, 1, asked, Admission(Rules("enforce", deny, unknown="refuse")))
    assert "it could not be assessed" in refused.message
    warned = decided(fake.fleet, 1, asked, Admission(Rules("enforce", deny)))
    assert warned.allowed and "it could not be assessed" in warned.warnings[0]
    assert decided(fake.fleet, 1, asked, Admission(Rules("enforce", ("verdict",), unknown="refuse"))).allowed


def old(**rules):
    asked = Asked("u", "shop", (Named("/x", f"registry.example/a@{DIGEST}"),))
    return asked, Admission(Rules("enforce", max_age_days=7.0, **rules))


def test_an_old_verdict_is_unknown(fake):
    asked, settings = old(unknown="refuse")
    assert "its verdict is older than 7 days" in decided(fake.fleet, 1, asked, settings).message
    assert decided(fake.fleet, 1, *old()).allowed


def test_an_old_verdict_that_refuses_still_refuses(fake):
    """What is known must not pass because it has been known for long."""
    asked, settings = old(deny=("critical",), unknown="warn")
    assert "1 critical vulnerabilities" in decided(fake.fleet, 1, asked, settings).message


def test_a_verdict_is_as_new_as_the_last_update_that_left_it(fake):
    """An update assesses only what it changes."""

    def last(done):
        with fake.fleet.engine.begin() as connection:
            save(connection, Progress("2999-01-01T00:00:00+00:00", False, 1.0, done=done))
        return decided(fake.fleet, 1, *old(unknown="refuse")).allowed

    assert last(datetime.now(UTC).isoformat())
    assert not last("2026-01-01T00:00:00+00:00")


def test_without_the_catalogue_nobody_knows_what_is_exploited(fake):
    with fake.fleet.engine.begin() as connection:
        connection.execute(image.update().values(critical=0, high=0, medium=0, low=0, exploited=0))
        save(connection, Progress("2026-01-01T00:00:00+00:00", scores=("epss",)))
    asked = Asked("u", "shop", (Named("/x", f"registry.example/a@{DIGEST}"),))
    refusing = Admission(Rules("enforce", ("kev",), unknown="refuse"))
    assert "CISA's catalogue is not loaded" in decided(fake.fleet, 1, asked, refusing).message
    warned = decided(fake.fleet, 1, asked, Admission(Rules("enforce", ("kev",))))
    assert warned.allowed and "CISA's catalogue is not loaded" in warned.warnings[0]
    assert decided(fake.fleet, 1, asked, Admission(Rules("enforce", ("critical",), unknown="refuse"))).allowed
    with fake.fleet.engine.begin() as connection:
        save(connection, Progress("2026-01-01T00:00:00+00:00", scores=("kev",)))
    assert decided(fake.fleet, 1, asked, refusing).verdict == "passed"


def test_the_policy_of_the_project_comes_before_the_settings_of_the_server(fake):
    asked = Asked("u", "shop", (Named("/x", f"registry.example/a@{DIGEST}"),))
    settings = Admission(Rules("enforce"))
    fake.put(policy, project_id=1, name="default", rules=encoded(PolicyRules(fail_on=("high",))), changed_at=1.0)
    answer = decided(fake.fleet, 1, asked, settings)
    assert "it has no verdict" in answer.message and answer.undecided == (1,)
    for code, allowed in ((1, False), (0, True)):
        with fake.fleet.engine.begin() as connection:
            values = {"exit_code": code, "decided_by": mark_of(connection, 1, time.time())}
            connection.execute(project_image.update().values(values))
        assert decided(fake.fleet, 1, asked, settings).allowed is allowed
    decide(fake)
    assert not decided(fake.fleet, 1, asked, settings).allowed, "what was decided before the decision is unknown"


def test_an_image_without_a_verdict_is_refused(fake):
    from sqlalchemy import update

    with fake.fleet.engine.begin() as connection:
        connection.execute(update(image).values(exit_code=None, assessed_at=time.time()))
    asked = Asked("u", "shop", (Named("/x", f"registry.example/a@{DIGEST}"),))
    assert "it has no verdict" in decided(fake.fleet, 1, asked, Admission(Rules("enforce"))).message
