"""What is overdue: by the days of a project, from the day on which a finding came, unless it is decided."""

import msgspec
import pytest
from sqlalchemy import update
from tests.support.triage_world import DJANGO, LIBSSL, OPENSSL, a_decision, found_at, triage_fleet

from careen.errors import InputError
from careen.fleet import overdue as asked
from careen.fleet.connection import writing
from careen.fleet.deadlines import Deadlines, deadlines_of
from careen.fleet.overdue import overdue
from careen.fleet.projects import ProjectSettings, settings_of, with_settings
from careen.fleet.search import findings, images, parsed
from careen.fleet.tables import project, unit_finding
from careen.policy.rules import Rules, policy_of

DAY = 86_400.0
NOW = 4_000_000_000.0


@pytest.fixture
def fleet(tmp_path, address):
    made = triage_fleet(tmp_path, address)
    found_at(made, NOW - 8 * DAY)
    yield made
    made.engine.dispose()


def set_days(fleet, **days):
    kept = with_settings(b'{"admission":{"x":1}}', ProjectSettings(deadlines=Deadlines("team blue", **days)))
    with writing(fleet.engine) as connection:
        connection.execute(update(project).where(project.c.id == 1).values(settings=kept))
    return kept


def late(fleet, project_id=1, now=NOW):
    with fleet.engine.connect() as connection:
        return overdue(connection, project_id, now)


def gated(fleet, image_id=2, project_id=1, fail_on=("overdue",)):
    with fleet.engine.connect() as connection:
        policy = asked.with_late(connection, project_id, policy_of(Rules(fail_on)), NOW, image_id)
    return [gate.late for gate in policy.fail_on]


def test_a_gate_knows_what_is_overdue_in_its_image(fleet):
    assert gated(fleet) == [None], "without days everything counts"
    set_days(fleet, critical=7, low=7)
    both = {(OPENSSL, LIBSSL), (DJANGO, "pkg:pypi/django@4.2.1")}
    assert gated(fleet) == [both] and gated(fleet, 1) == [{(OPENSSL, LIBSSL)}]
    assert gated(fleet, 3) == [frozenset()], "an image that the project does not see"
    assert gated(fleet, fail_on=("high",)) == [None]
    with fleet.engine.connect() as connection:
        assert asked.late_ones(connection, 1, NOW) == both
        with pytest.raises(InputError, match="no deadlines"):
            asked.late_ones(connection, 2, NOW)


def test_too_many_for_a_gate_elsewhere_are_refused(fleet, monkeypatch):
    set_days(fleet, critical=7, low=7)
    monkeypatch.setattr(asked, "MOST", 1)
    with fleet.engine.connect() as connection, pytest.raises(InputError, match="more than 1 findings"):
        asked.late_ones(connection, 1, NOW)


def test_days_count_for_each_severity(fleet):
    assert late(fleet).count == 0, "no days, nothing is overdue"
    set_days(fleet, critical=7, low=9)
    found = late(fleet)
    assert (found.owner, found.count, found.exact) == ("team blue", 1, True)
    assert [(one.vulnerability, one.images, one.due_at) for one in found.worst] == [(OPENSSL, 2, NOW - DAY)]
    assert late(fleet, 2).count == 0, "of another project"
    set_days(fleet, critical=8)
    assert late(fleet).count == 0, "the last day counts"
    set_days(fleet, low=1)
    assert [one.vulnerability for one in late(fleet).worst] == [DJANGO]


def test_an_exploited_finding_has_its_own_days(fleet):
    with writing(fleet.engine) as connection:
        connection.execute(update(unit_finding).where(unit_finding.c.vulnerability == DJANGO).values(exploited=True))
    set_days(fleet, exploited=3, critical=30, low=30)
    assert [(one.vulnerability, one.due_at) for one in late(fleet).worst] == [(DJANGO, NOW - 5 * DAY)]


def test_a_decision_about_all_images_takes_it_off(fleet):
    set_days(fleet, critical=7)
    a_decision(fleet, identity="sha256:1")
    assert late(fleet).count == 1, "one image is left"
    a_decision(fleet, package="pkg:deb/debian/libssl3", expires_at=6.0)
    a_decision(fleet, package="pkg:deb/debian/libssl")
    a_decision(fleet, package=LIBSSL, status="affected")
    assert late(fleet).count == 1
    a_decision(fleet, package="pkg:deb/debian/libssl3")
    assert late(fleet).count == 0


def test_more_than_the_bound(fleet, monkeypatch):
    monkeypatch.setattr(asked, "BOUND", 1)
    set_days(fleet, critical=7, low=7)
    assert (late(fleet).count, late(fleet).exact) == (1, False)


def test_a_query_knows_the_days_and_the_decisions(fleet, monkeypatch):
    monkeypatch.setattr("time.time", lambda: NOW)
    set_days(fleet, critical=7)

    def asked_for(query, project_id=1):
        with fleet.engine.connect() as connection:
            rows = findings(connection, project_id, parsed(query)).rows
            assert {row["image_id"] for row in rows} <= {
                row["id"] for row in images(connection, project_id, parsed(query)).rows
            }
        return sorted((row["vulnerability"], row["image_id"]) for row in rows)

    assert asked_for("overdue:true") == [(OPENSSL, 1), (OPENSSL, 2)]
    assert asked_for("overdue:false") == [(DJANGO, 2)]
    assert asked_for("overdue:true", None) == asked_for("overdue:true", 2) == []
    a_decision(fleet, package=LIBSSL)
    assert asked_for("overdue:true") == []
    assert asked_for("decided:true") == [(OPENSSL, 1), (OPENSSL, 2)]
    assert asked_for("decided:false") == [(DJANGO, 2)]


@pytest.mark.parametrize("package", ["pkg:deb/debian/libssl3", "pkg:deb/debian/libssl3@3.0.11-1", LIBSSL])
def test_a_decision_may_name_the_package_without_version_or_qualifiers(fleet, monkeypatch, package):
    """Reports hide the finding by each of these names, so that it is not overdue either."""
    monkeypatch.setattr("time.time", lambda: NOW)
    set_days(fleet, critical=7)
    a_decision(fleet, package=package)
    assert late(fleet).count == 0
    a_decision(fleet, vulnerability=DJANGO, package="pkg:pypi/djang")
    with fleet.engine.connect() as connection:
        assert {row["vulnerability"] for row in findings(connection, 1, parsed("decided:false")).rows} == {DJANGO}


def test_settings_of_other_parts_stay(fleet):
    kept = set_days(fleet, critical=7)
    assert msgspec.json.decode(kept)["admission"] == {"x": 1}
    assert settings_of(kept).deadlines.critical == 7
    with fleet.engine.connect() as connection:
        assert deadlines_of(connection, 1).critical == 7 and deadlines_of(connection, 2) == Deadlines()
