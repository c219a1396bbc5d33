"""Verdicts of images by the policies of projects: which count, and what makes them outdated."""

import time
from types import SimpleNamespace

import msgspec
import pytest
from sqlalchemy import delete, update
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in, rows
from tests.support.matching import deb, info

from careen.fleet import project_verdicts
from careen.fleet.connection import writing
from careen.fleet.project_verdicts import decide, job_of, mark_of, queue, verdicts_of
from careen.fleet.rules import encoded
from careen.fleet.tables import decision, image, policy, project_image
from careen.policy.rules import Rules

NOW = 1_000_000.0


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    database_with(made, [info(unfixed=True)], "2026-01-01T00:00:00+00:00")
    for number in (1, 2):
        add_project(made, number)
    add_image(made, [deb()], 1, 1)
    with writing(made.engine) as connection:
        connection.execute(update(image).values(kind="image", state="ready"))
    yield made
    made.engine.dispose()


def put_policy(fleet, name="default", **rules):
    row = {"project_id": 1, "name": name, "rules": encoded(Rules(**rules)), "changed_at": 0.0}
    with writing(fleet.engine) as connection:
        connection.execute(delete(policy))
        connection.execute(policy.insert().values(row))


def mark(fleet, project=1, now=NOW):
    with fleet.engine.connect() as connection:
        return mark_of(connection, project, now)


def test_only_a_policy_that_gates_apply_decides(fleet):
    assert mark(fleet) == ""
    put_policy(fleet, "trial", fail_on=("high",))
    assert mark(fleet) == ""
    put_policy(fleet, fail_on=("high",))
    assert mark(fleet) and not mark(fleet, project=2)
    with fleet.engine.connect() as connection:
        assert verdicts_of(connection, 2, [1]) is None
        assert verdicts_of(connection, 1, [1]) == {1: None}


def test_a_verdict_counts_until_the_policy_or_a_decision_changes(fleet):
    put_policy(fleet, fail_on=("high",))
    with writing(fleet.engine) as connection:
        connection.execute(update(project_image).values(exit_code=1, decided_by=mark_of(connection, 1, time.time())))
        assert verdicts_of(connection, 1, [1]) == {1: 1}
        values = {"vulnerability": "CVE-1", "status": "not_affected", "decided_by": "x", "decided_at": 1.0}
        connection.execute(decision.insert().values(project_id=1, **values, expires_at=NOW))
        assert verdicts_of(connection, 1, [1]) == {1: None}
    assert mark(fleet, now=NOW - 1) != mark(fleet, now=NOW + 1), "a decision that expires changes it"


@pytest.mark.parametrize("kind", ["image", "uploaded"])
def test_each_undecided_image_is_queued_and_decided_once(fleet, monkeypatch, kind):
    with writing(fleet.engine) as connection:
        connection.execute(update(image).values(kind=kind))
    put_policy(fleet, fail_on=("high",))
    added = []
    with_queue = msgspec.structs.replace(fleet, queue=SimpleNamespace(add=lambda connection, jobs: added.extend(jobs)))
    queue(with_queue)
    assert [job.key for job in added] == [job_of(1, 1, 2, "").key]
    report = SimpleNamespace(verdict=SimpleNamespace(exit_code=1))
    monkeypatch.setattr(project_verdicts.reports, "report_of", lambda *_: report)
    decide(with_queue, added.pop())
    queue(with_queue)
    assert added == [] and rows(fleet, project_image, "exit_code") == [(1,)]


def test_a_result_that_a_new_assessment_overtakes_is_dropped(fleet, monkeypatch):
    put_policy(fleet, fail_on=("high",))

    def assessed_again(*_):
        with writing(fleet.engine) as connection:
            connection.execute(update(project_image).values(decided_by="", decided_at=time.time() + 60))
        return SimpleNamespace(verdict=SimpleNamespace(exit_code=0))

    monkeypatch.setattr(project_verdicts.reports, "report_of", assessed_again)
    decide(fleet, job_of(1, 1, 2, "test"))
    assert rows(fleet, project_image, "exit_code") == [(None,)]
