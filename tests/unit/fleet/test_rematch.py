"""A new database: only what depends on a changed answer is assessed again, and the result is that of assessing everything."""

import pkgutil

import pytest
from msgspec.structs import replace
from tests.support.fleet_units import add_image, add_project, database_with, findings, fleet_in, rows
from tests.support.matching import advisory, deb, info, knowledge, pypi
from tests.support.service import FakeQueue

from careen.database.build import FeedRow, Fresh, build
from careen.fleet import image_counts, rematch, scores, unit_batches, verdict_rows
from careen.fleet.connection import writing
from careen.fleet.digests import digest_of, joined
from careen.fleet.progress import Progress, knows_exploited, progress_of, save
from careen.fleet.tables import event, image, outbox, rematch_unit, subscription, unit, unit_count, unit_digest, unit_finding
from careen.model.advisory import Epss, Exploited, Support, VulnerabilityRecord
from careen.model.package import Source

FIRST, SECOND, THIRD = (f"2026-01-0{day}T00:00:00+00:00" for day in (1, 2, 3))
OPENSSL, DJANGO = deb(), pypi()
ZLIB = deb("zlib1g", "1.2.3", Source("zlib", "1.2.3"))
NAMESPACES = (info(unfixed=True), info("PyPI", "osv"))


def of_django(id="CVE-2026-0002", fixed="4.2.2", **fields):
    return advisory(id, fixed, "PyPI", "django", source="osv", **fields)


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    yield made
    made.engine.dispose()


def update(fleet, tmp_path, before, after):
    """The fleet's verdicts by the first records, then by the others."""
    old = database_with(fleet, [*NAMESPACES, *before], FIRST, tmp_path / "old.sqlite")
    new = database_with(fleet, [*NAMESPACES, *after], SECOND)
    return rematch.after_update(fleet, old, new)


def begin(fleet, records, *images):
    database_with(fleet, [*NAMESPACES, *records], FIRST)
    for number, packages in enumerate(images, 1):
        add_image(fleet, packages, number)


def assessed_by(fleet):
    return dict(rows(fleet, unit, "name", "assessed_by"))


def counts(fleet):
    return rows(fleet, image, "id", "critical", "high", "medium", "low", "unrated", "fixable", "exploited", "risk")


def events_of(fleet):
    return rows(fleet, event, "kind", "vulnerability", "package", "images")


def test_images_share_the_verdict_of_a_package(fleet):
    begin(fleet, [advisory()], [OPENSSL, DJANGO], [OPENSSL, ZLIB])
    assert [row[0] for row in findings(fleet)] == ["CVE-2026-0001"]
    assert [name for name, _ in rows(fleet, unit, "name", "id")] == ["django", "libssl3", "zlib1g"]
    assert [row[:2] + row[6:8] for row in counts(fleet)] == [(1, 0, 1, 0), (2, 0, 1, 0)]


def test_only_what_depends_on_a_changed_answer_is_assessed_again(fleet, tmp_path):
    begin(fleet, [advisory()], [OPENSSL, DJANGO, ZLIB])
    done = update(fleet, tmp_path, [advisory()], [advisory(), of_django()])
    assert done.units == 1
    assert assessed_by(fleet) == {"django": SECOND, "libssl3": FIRST, "zlib1g": FIRST}
    assert [row[0] for row in findings(fleet)] == ["CVE-2026-0001", "CVE-2026-0002"]
    assert events_of(fleet) == [("disclosed", "CVE-2026-0002", "pkg:pypi/django", 1)]


def test_one_event_for_all_images_and_versions(fleet, tmp_path):
    other = pypi(version="4.2.0")
    begin(fleet, [], [DJANGO], [DJANGO], [other], [DJANGO, other])
    update(fleet, tmp_path, [], [of_django()])
    assert events_of(fleet) == [("disclosed", "CVE-2026-0002", "pkg:pypi/django", 4)]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ([of_django(fixed=None, status="open")], [of_django()], "fix_available"),
        ([of_django()], [of_django(), Exploited("CVE-2026-0002", "2026-01-01")], "exploited"),
        ([of_django()], [of_django(fixed="4.2.1")], "resolved"),
        ([of_django()], [], "resolved"),
    ],
)
def test_kinds_of_events(fleet, tmp_path, before, after, kind):
    begin(fleet, before, [DJANGO])
    update(fleet, tmp_path, before, after)
    assert [(row[0], row[3]) for row in events_of(fleet)] == [(kind, 1)]


def test_gates_decide_again_when_a_source_of_scores_comes_or_goes(fleet, tmp_path):
    """The gate on exploited vulnerabilities has another answer, although no finding changes."""
    begin(fleet, [], [DJANGO])
    for has_catalogue, built in ((False, SECOND), (True, THIRD)):
        with writing(fleet.engine) as connection:
            connection.execute(image.update().values(exit_code=0))
        path = tmp_path / built[:10]
        sources = [Fresh(FeedRow("debian.json", "debian"), lambda: list(NAMESPACES))]
        sources += [Fresh(FeedRow("kev.json", "kev"), list)] if has_catalogue else []
        build(path, sources, built, None)
        rematch.after_update(fleet, None, path)
        assert rows(fleet, image, "exit_code") == [(None,)]
        with fleet.engine.connect() as connection:
            assert knows_exploited(connection) is has_catalogue


def test_a_catalogue_counts_once_all_verdicts_have_seen_it(fleet, tmp_path, monkeypatch):
    with writing(fleet.engine) as connection:
        save(connection, Progress("2025-01-01T00:00:00+00:00", scores=()))
    monkeypatch.setattr(rematch, "_make_events", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        update(fleet, tmp_path, [], [])
    with fleet.engine.connect() as connection:
        assert not knows_exploited(connection)


def test_the_same_update_again_changes_nothing(fleet, tmp_path):
    begin(fleet, [advisory()], [OPENSSL, DJANGO])
    update(fleet, tmp_path, [advisory()], [of_django()])
    was = (findings(fleet), events_of(fleet), counts(fleet))
    assert rematch.after_update(fleet, tmp_path / "old.sqlite", tmp_path / "database" / "advisories.sqlite").units == 0
    assert (findings(fleet), events_of(fleet), counts(fleet)) == was


@pytest.mark.parametrize("step", ["unit_batches.write", "image_counts.count_after_update", "_make_events"])
def test_a_killed_run_goes_on(fleet, tmp_path, monkeypatch, step):
    after = [advisory(fixed="3.0.14-1"), of_django(), advisory("CVE-2026-0003", "2.0-1", package="zlib")]
    begin(fleet, [advisory()], [OPENSSL, DJANGO], [ZLIB, DJANGO])
    monkeypatch.setattr(rematch, "BATCH", 1)
    module, _, name = f"careen.fleet.rematch.{step}".rpartition(".")
    module = pkgutil.resolve_name(module)
    real, left = getattr(module, name), [1 if step == "unit_batches.write" else 0]

    def dying(*args, **options):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(*args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(module, name, dying)
        with pytest.raises(KeyboardInterrupt):
            update(fleet, tmp_path, [advisory()], after)
    rematch.after_update(fleet, tmp_path / "old.sqlite", tmp_path / "database" / "advisories.sqlite")
    assert [row[0] for row in findings(fleet)] == ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"]
    assert events_of(fleet) == [
        ("disclosed", "CVE-2026-0002", "pkg:pypi/django", 2),
        ("disclosed", "CVE-2026-0003", "pkg:deb/debian/zlib1g", 1),
    ]
    assert [row[0:1] + row[6:7] for row in counts(fleet)] == [(1, 2), (2, 2)]
    assert rows(fleet, rematch_unit) == []


def test_scores_are_written_without_assessing(fleet, tmp_path):
    begin(fleet, [of_django()], [DJANGO])
    before = counts(fleet)[0][-1]
    done = update(fleet, tmp_path, [of_django()], [of_django(), Epss("CVE-2026-0002", 0.9, 0.99)])
    assert (done.units, done.scores, done.images) == (0, 1, 1)
    assert rows(fleet, unit_finding, "epss") == [(900_000,)]
    assert counts(fleet)[0][-1] > before
    again = rematch.everything(fleet)
    assert again.units == 1 and again.images == 0  # it has written what an assessment gives


def test_a_score_that_changes_together_with_an_advisory_is_counted(fleet, tmp_path):
    begin(fleet, [of_django()], [DJANGO])
    before = counts(fleet)[0][-1]
    after = [of_django(url="https://example.test/"), Epss("CVE-2026-0002", 0.9, 0.99)]
    assert update(fleet, tmp_path, [of_django()], after).units == 1
    (risk,) = (row[0] for row in rows(fleet, unit_count, "risk") if row[0])
    assert counts(fleet)[0][-1] == risk > before


def test_what_a_killed_run_had_not_counted_is_counted_by_the_next_update(fleet, tmp_path, monkeypatch):
    """The next update changes the same package, and finds its verdict as the killed run has left it."""
    begin(fleet, [], [DJANGO])
    with monkeypatch.context() as patched:
        patched.setattr(image_counts, "count_after_update", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            update(fleet, tmp_path, [], [of_django(severity="critical")])
    after = [of_django(severity="critical", url="https://example.test/")]
    second = (tmp_path / "database" / "advisories.sqlite").rename(tmp_path / "second.sqlite")
    rematch.after_update(fleet, second, database_with(fleet, [*NAMESPACES, *after], THIRD))
    assert counts(fleet)[0][1] == 1
    assert rows(fleet, rematch_unit) == []


def _interrupted(*_):
    raise KeyboardInterrupt


def test_a_run_that_a_newer_update_overtakes_writes_no_older_verdict(fleet, tmp_path, monkeypatch):
    begin(fleet, [], [DJANGO])
    old = database_with(fleet, NAMESPACES, FIRST, tmp_path / "old.sqlite")
    second = database_with(fleet, [*NAMESPACES, of_django()], SECOND, tmp_path / "second.sqlite")
    third = database_with(fleet, NAMESPACES, THIRD)
    real = rematch._waiting_after

    def overtaken(*of_first):
        monkeypatch.setattr(rematch, "_waiting_after", real)
        waiting = real(*of_first)
        rematch.after_update(fleet, second, third)
        return waiting

    monkeypatch.setattr(rematch, "_waiting_after", overtaken)
    rematch.after_update(fleet, old, second)
    assert findings(fleet) == [] and events_of(fleet) == []
    assert assessed_by(fleet) == {"django": FIRST}, "its own row has stayed the same"
    with fleet.engine.connect() as connection:
        assert progress_of(connection).build == THIRD and progress_of(connection).is_done
    assert rows(fleet, rematch_unit) == []


def test_the_row_of_a_package_is_written_only_if_it_changes(fleet, tmp_path):
    """It has the content of the package, and most updates change findings alone."""
    known = [of_django("CVE-2026-0009", "1.0"), advisory()]
    begin(fleet, known, [DJANGO], [ZLIB])
    before = rows(fleet, unit, "name", "verdict", "reasons", "assessed_at")
    done = update(fleet, tmp_path, known, [*known, of_django(), advisory("CVE-2026-0003", package="zlib")])
    assert done.units == 2 and len(findings(fleet)) == 2
    assert rows(fleet, unit, "name", "verdict", "reasons", "assessed_at") == before
    assert [row[6] for row in counts(fleet)] == [1, 1]

    third = database_with(fleet, NAMESPACES[:1], THIRD)  # nothing about the packages of PyPI any more
    rematch.after_update(fleet, tmp_path / "new.sqlite", third)
    after = {name: row for name, *row in rows(fleet, unit, "name", "verdict", "reasons", "assessed_at")}
    assert after["django"][1] == "no_advisories" and after["django"][2] > before[0][3]
    assert assessed_by(fleet)["django"] == THIRD


def test_a_first_verdict_that_is_late_for_an_update_is_made_again(fleet, tmp_path, monkeypatch):
    begin(fleet, [], [ZLIB])
    fleet = replace(fleet, queue=FakeQueue())
    real = unit_batches.rows_of

    def late(*arguments):
        monkeypatch.setattr(unit_batches, "rows_of", real)
        update(fleet, tmp_path, [], [of_django(severity="critical")])
        return real(*arguments)

    monkeypatch.setattr(unit_batches, "rows_of", late)
    add_image(fleet, [DJANGO], 2)
    assert assessed_by(fleet)["django"] == FIRST
    assert [job.kind for job in fleet.queue.jobs] == ["rematch"]
    rematch.after_update(fleet, None, tmp_path / "database" / "advisories.sqlite")
    assert assessed_by(fleet)["django"] == SECOND
    assert counts(fleet)[1][:2] == (2, 1)


def test_records_and_the_end_of_a_release_count(fleet, tmp_path):
    begin(fleet, [advisory()], [OPENSSL, DJANGO])
    record = VulnerabilityRecord("CVE-2026-0001", "nvd", severity="critical")
    assert update(fleet, tmp_path, [advisory()], [advisory(), record]).units == 1
    assert counts(fleet)[0][1] == 1
    newer = database_with(
        fleet, [*NAMESPACES, advisory(), record, Support("debian:12", "2020-01-01")], "2026-01-03T00:00:00+00:00"
    )
    assert rematch.after_update(fleet, tmp_path / "old.sqlite", newer).units == 2  # of an unknown database: everything
    assert any("end_of_life" in reasons for (reasons,) in rows(fleet, unit, "reasons"))


def test_who_gets_messages(fleet, tmp_path):
    database_with(fleet, list(NAMESPACES), FIRST)
    one, other = add_project(fleet, 1), add_project(fleet, 2)
    add_image(fleet, [DJANGO], 1, one)
    add_image(fleet, [ZLIB], 2, other)
    rules = [(1, one, b""), (2, other, b""), (3, one, b'{"kinds":["resolved"]}'), (4, one, b'{"severity":"critical"}')]
    with writing(fleet.engine) as connection:
        for number, project_id, rule in rules:
            row = {"id": number, "project_id": project_id, "kind": "webhook", "target": b"", "rule": rule, "created_at": 0.0}
            connection.execute(subscription.insert().values(row))
    update(fleet, tmp_path, [], [of_django()])
    assert rows(fleet, outbox, "subscription_id", "state") == [(1, "waiting")]


def test_findings_that_another_process_changes_meanwhile_are_assessed_again(fleet, tmp_path, monkeypatch):
    """Results have only what differs from the findings that were stored when the unit was read."""
    begin(fleet, [of_django()], [DJANGO])
    real, others = unit_batches.assessed, []

    def overtaken(*arguments):
        results = real(*arguments)
        if not others:
            others.append([id for _, result in results for id, _, _ in result.findings])
            with writing(fleet.engine) as connection:
                scores._write_scores(connection, ["CVE-2026-0002"], knowledge(Epss("CVE-2026-0002", 0.9, 0.99)))
        return results

    monkeypatch.setattr(unit_batches, "assessed", overtaken)
    update(fleet, tmp_path, [of_django()], [of_django(), of_django("CVE-2026-0004")])
    assert others == [["CVE-2026-0004"]]
    assert rows(fleet, unit_finding, "vulnerability", "epss") == [("CVE-2026-0002", 0), ("CVE-2026-0004", 0)]
    assert [row[1] for row in events_of(fleet)] == ["CVE-2026-0004"]
    assert rows(fleet, rematch_unit) == []
    assert rematch.everything(fleet).images == 0


def test_digests_are_those_of_the_stored_findings(fleet, tmp_path):
    begin(fleet, [of_django()], [DJANGO, OPENSSL])
    update(fleet, tmp_path, [of_django()], [of_django(fixed="9"), advisory()])
    with fleet.engine.connect() as connection:
        stored = verdict_rows.findings_of(connection, [row[0] for row in rows(fleet, unit, "id")])
    made = {number: joined(digest_of((*key, data)) for key, data in found.items()) for number, found in stored.items()}
    assert len(made) == 2 and dict(rows(fleet, unit_digest, "unit_id", "digests")) == made
