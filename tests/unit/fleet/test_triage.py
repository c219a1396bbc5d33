"""Decisions in bulk: what they would hide is what they hide, and one call takes all of them back."""

from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select, text, update
from tests.support.reports import usual
from tests.support.service import json_of
from tests.support.triage_world import DJANGO, LIBSSL, OPENSSL, a_decision, triage_fleet

from careen.fleet import decisions, reported_findings, triage, uploads
from careen.fleet.connection import is_sqlite, writing
from careen.fleet.tables import decision, image
from careen.fleet.triage import Batch, DecisionError, Target
from careen.model.finding import Vulnerability


@pytest.fixture
def fleet(tmp_path, address):
    made = triage_fleet(tmp_path, address)
    yield made
    made.engine.dispose()


def previewed(fleet, *targets, **fields):
    wanted = Batch(tuple(targets), fields.pop("status", "not_affected"), reason=fields.pop("reason", "why"), **fields)
    with fleet.engine.connect() as connection:
        found = triage.preview(connection, 1, wanted)
    return found.hides, found.total, found.images


def test_a_preview_counts_what_the_project_sees(fleet):
    assert previewed(fleet, Target(OPENSSL, "pkg:deb/debian/libssl3")) == (2, 2, 2)
    assert previewed(fleet, Target(OPENSSL, LIBSSL), Target(DJANGO, "pkg:pypi/django")) == (3, 3, 2)
    assert previewed(fleet, Target(OPENSSL, identity="sha256:2"), Target(DJANGO, "pkg:pypi/django@1")) == (1, 3, 1)
    assert previewed(fleet, Target(OPENSSL, "pkg:deb/debian/openssl@3.0.11-1?arch=source")) == (2, 2, 2), "by its source"
    assert previewed(fleet, Target(OPENSSL, LIBSSL), status="affected") == (0, 2, 0), "it hides nothing"
    with fleet.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(decision)).scalar() == 0


def test_what_is_hidden_already_is_not_counted_again(fleet):
    a_decision(fleet, identity="sha256:1")
    assert previewed(fleet, Target(OPENSSL, LIBSSL)) == (1, 1, 1)
    a_decision(fleet, package="pkg:deb/debian/libssl3", expires_at=6.0)
    assert previewed(fleet, Target(OPENSSL, LIBSSL)) == (1, 1, 1), "it has expired"


def test_a_preview_is_bounded_and_says_so(fleet, monkeypatch):
    monkeypatch.setattr(triage, "MAX_FINDINGS", 1)
    with fleet.engine.connect() as connection:
        found = triage.preview(connection, 1, Batch((Target(OPENSSL, LIBSSL),), "fixed"))
    assert (found.hides, found.total, found.exact) == (1, 1, False)


def test_a_batch_is_undone_as_one_and_stays_on_record(fleet):
    wanted = Batch((Target(OPENSSL, LIBSSL), Target(DJANGO, "pkg:pypi/django")), "not_affected", reason="no input", days=30)
    with writing(fleet.engine) as connection:
        batch = triage.decide(connection, 1, wanted, "user:ada")
        other = triage.decide(connection, 1, Batch((Target(OPENSSL, identity="sha256:1"),), "fixed"), "user:ada")
    with fleet.engine.connect() as connection:
        rows = connection.execute(select(decision).order_by(decision.c.id)).all()
        assert [row.batch for row in rows] == [batch, batch, other]
        assert round(rows[0].expires_at - rows[0].decided_at) == 30 * 86_400
        assert len(decisions.statements(connection, 1)) == 3
    assert previewed(fleet, Target(OPENSSL, LIBSSL), Target(DJANGO, "pkg:pypi/django")) == (0, 0, 0)
    with writing(fleet.engine) as connection:
        assert triage.undo(connection, 2, batch) == 0, "of another project"
        assert triage.undo(connection, 1, "") == 0, "decisions without a batch are not one"
        assert triage.undo(connection, 1, batch) == 2
        assert triage.undo(connection, 1, batch) == 0
    with fleet.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(decision)).scalar() == 3
    assert previewed(fleet, Target(OPENSSL, LIBSSL)) == (1, 1, 1), "the decision about the image still counts"


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("about", Batch((Target(OPENSSL),), "fixed")),
        ("justification", Batch((Target(OPENSSL, LIBSSL),), "not_affected", reason=" ")),
        ("identity", Batch((Target(OPENSSL, identity="sha256:3"),), "fixed")),
    ],
)
def test_a_decision_says_what_it_is_about_and_why(fleet, code, wanted):
    for ask in (triage.preview, lambda *given: triage.decide(*given, "user:ada")):
        with writing(fleet.engine) as connection, pytest.raises(DecisionError) as refused:
            ask(connection, 1, wanted)
        assert refused.value.code == code


def reported(fleet, *findings, name="ci:1"):
    report = replace(usual(), findings=findings)
    with writing(fleet.engine) as connection:
        made = uploads.store(fleet, connection, 1, uploads.read(json_of(report), fleet.settings), name, "key:ci")
        connection.execute(update(image).where(image.c.identity == made.identity).values(state="ready"))
    return made.identity


@pytest.fixture
def with_reports(fleet):
    """Two uploaded reports: one that has a finding of OpenSSL, and one that names it as an alias, besides others."""
    with writing(fleet.engine) as connection:
        if not is_sqlite(connection):  # the images of the fleet have numbers of the test's own
            connection.execute(text("SELECT setval(pg_get_serial_sequence('image', 'id'), 100)"))
    queueing = replace(fleet, queue=SimpleNamespace(add=lambda *_: None))
    first, other = [each for each in usual().findings if isinstance(each, Vulnerability)][:2]
    identities = [
        reported(queueing, replace(first, id=OPENSSL, aliases=()), replace(other, id="CVE-2026-7777", aliases=())),
        reported(queueing, replace(first, id="GHSA-xxxx-yyyy-zzzz", aliases=(OPENSSL,)), name="ci:2"),
    ]
    return first.package, identities


def test_a_preview_counts_the_findings_of_uploaded_reports(fleet, with_reports):
    package, (identity, _) = with_reports
    assert previewed(fleet, Target(OPENSSL, LIBSSL)) == (2, 4, 2)
    assert previewed(fleet, Target(OPENSSL, package)) == (2, 4, 2)
    assert previewed(fleet, Target(OPENSSL, identity=identity)) == (1, 4, 1)
    a_decision(fleet, identity=identity)
    assert previewed(fleet, Target(OPENSSL, package)) == (1, 3, 1)


def test_a_preview_states_which_reports_it_did_not_read(fleet, with_reports, monkeypatch):
    package, _ = with_reports
    monkeypatch.setattr(reported_findings, "READ_BYTES", 1 << 10)
    with fleet.engine.connect() as connection:
        found = triage.preview(connection, 1, Batch((Target(OPENSSL, package),), "fixed"))
    assert (found.total, found.exact, found.unread_reports) == (2, False, 2)
