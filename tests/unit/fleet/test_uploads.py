"""Uploads as images of their own kind, and a project that goes without leaving a row."""

import zlib
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from tests.support.fleet_units import database_with
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.matching import DEBIAN, advisory, deb, info
from tests.support.reports import usual
from tests.support.service import fleet_in, json_of

from careen.app.wiring import policy_of
from careen.config import Settings, settings_of
from careen.errors import InputError
from careen.fleet import images, search, uploads
from careen.fleet.connection import writing
from careen.fleet.decisions import Stated, statement_of
from careen.fleet.projects import ProjectSettings, QuotaError, Quotas, delete_project, with_settings
from careen.fleet.tables import image, layer, metadata, project, upload
from careen.formats.vex.statements import Statement
from careen.policy.policy import Policy

SETTINGS = Settings(cache_dir=Path("unused"))
COMPONENT = b'{"type": "library", "name": "x", "version": "1", "purl": "pkg:npm/x@1"}'
SBOM = b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [' + COMPONENT + b"]}"


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    with writing(made.engine) as connection:
        for name in ("first", "other"):
            connection.execute(project.insert().values(name=name, created_at=1.0))
    yield made
    made.engine.dispose()


def stored(fleet, data: bytes, project_id: int = 1, name: str = "app:1") -> uploads.Uploaded:
    with writing(fleet.engine) as connection:
        return uploads.store(fleet, connection, project_id, uploads.read(data, fleet.settings), name, "key:ci")


def test_an_sbom_and_a_report_are_read(fleet):
    assert uploads.read(SBOM, SETTINGS).kind == "sbom"
    assert [package.name for package in uploads.read(SBOM, SETTINGS).inventory.packages] == ["x"]
    assert set(uploads.read(json_of(usual()), SETTINGS).report.findings) == set(usual().findings)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\x00\x01", b'{"schema": "careen.report/1"}', b"[" * 10_000, b"{" + b'"a":' * 500]
)
def test_what_is_neither_is_refused(data):
    with pytest.raises(InputError):
        uploads.read(data, SETTINGS)


def test_the_same_bytes_are_the_same_image_and_each_project_has_its_own(fleet):
    first, again, other = stored(fleet, SBOM), stored(fleet, SBOM), stored(fleet, SBOM, 2)
    assert first.identity == again.identity != other.identity
    assert first.token != again.token
    assert {job.key for job in fleet.queue.jobs} == {f"upload:{first.identity}", f"upload:{other.identity}"}
    with fleet.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(image)).scalar() == 2
        kept = uploads.read_upload(connection, first.identity, fleet.settings)
        assert zlib.decompress(connection.execute(select(upload.c.content)).scalar()) == SBOM
        assert uploads.read_upload(connection, "upload:9:0", fleet.settings) is None
    assert kept.data == SBOM


def test_its_job_hands_over_packages_and_the_report(fleet):
    made = stored(fleet, SBOM)
    found = uploads.assessed(fleet, uploads.identity_of(fleet.queue.jobs[0]), "app:1")
    assert [package.name for package in found.inventory.packages] == ["x"]
    assert found.report.image.reference == "app:1" and found.report.coverage.verdict == "not_assessed"
    assert uploads.report_of(fleet, made.identity).image.reference == "app:1"


def test_a_report_keeps_its_verdict(fleet):
    made = stored(fleet, json_of(usual()))
    assert uploads.report_of(fleet, made.identity).verdict == usual().verdict
    with fleet.engine.connect() as connection:
        row = connection.execute(select(image)).one()
    assert (row.exit_code, row.coverage, row.digest) == (usual().verdict.exit_code, usual().coverage.verdict, "")


def decided(*stated: Statement, fail_on: tuple[str, ...] = ()) -> Policy:
    return replace(policy_of(settings_of({"fail_on": ",".join(fail_on)} if fail_on else {})), vex=stated)


def test_decisions_and_rules_of_the_project_apply_to_a_report(fleet):
    made = stored(fleet, json_of(usual()), name="the app, of the pipeline")
    of = Stated("CVE-2021-44228", "", made.identity, "not_affected", "not loaded", 1.0, "user:ada", "decision:1")
    stated = statement_of(of, "the app, of the pipeline")
    found = uploads.report_of(fleet, made.identity, decided(stated))
    assert "CVE-2021-44228" not in {one.id for one in found.findings}
    (hidden,) = [entry for entry in found.suppressed if entry.finding.id == "CVE-2021-44228"]
    assert (hidden.by.kind, hidden.by.source) == ("vex", "decision:1")
    assert set(found.suppressed) > set(usual().suppressed) and found.verdict == usual().verdict
    strict = uploads.report_of(fleet, made.identity, decided(fail_on=("critical",)))
    assert not strict.verdict.passed and strict.verdict.rules[0].failed_by.first == ("CVE-2021-44228",)
    assert uploads.report_of(fleet, made.identity, decided(stated, fail_on=("critical",))).verdict.rules[0].passed
    other = statement_of(replace(of, identity="upload:1:other"), "another one")
    assert uploads.report_of(fleet, made.identity, decided(other)).suppressed == usual().suppressed


def test_the_packages_of_a_report_are_in_lists_and_searches(fleet):
    package = deb("libssl3", "3.0.11-1")
    report = replace(usual(), inventory=replace(usual().inventory, distribution=DEBIAN, packages=(package,)))
    database_with(fleet, [advisory(severity="high"), info(unfixed=True)], "2026-11-01T00:00:00Z")
    made = stored(fleet, json_of(report))
    images.join_upload(fleet, fleet.queue.jobs[0])
    with fleet.engine.connect() as connection:
        named = search.packages(connection, 1, search.parsed("package:libssl3")).rows
        found = search.findings(connection, 1, search.parsed("severity:high")).rows
        waiting = search.to_decide(connection, 1, ()).rows
        assert uploads.kind_of(connection, made.identity) == "report" and uploads.kind_of(connection, "upload:1:x") == ""
    assert [row["images"] for row in named] == [1]
    assert [(row["vulnerability"], row["identity"]) for row in found] == [("CVE-2026-0001", made.identity)]
    assert [row["vulnerability"] for row in waiting] == ["CVE-2026-0001"]


def test_quotas_hold(fleet):
    with writing(fleet.engine) as connection:
        kept = with_settings(b'{"admission": {"x": 1}}', ProjectSettings(Quotas(upload_bytes=200)))
        assert b"admission" in kept
        connection.execute(project.update().values(settings=kept))
    stored(fleet, SBOM)
    stored(fleet, SBOM)  # the same bytes are stored once
    with pytest.raises(QuotaError) as refused:
        stored(fleet, SBOM.replace(b'"x"', b'"y"'))
    assert refused.value.code == "quota_uploads"
    with fleet.engine.connect() as connection:
        assert connection.execute(select(func.length(upload.c.content))).scalars().all() == [len(zlib.compress(SBOM, 6)), 0]


@pytest.mark.parametrize("kind", ["sbom", "archive"])
def test_an_upload_that_failed_is_tried_again_by_the_same_bytes(fleet, kind, tmp_path):
    data = SBOM
    if kind == "archive":
        built = make_image([make_layer({"etc/os-release": b"ID=debian\n"})])
        data = write_docker_archive(tmp_path / "app.tar", built).read_bytes()
    made = stored(fleet, data)
    with writing(fleet.engine) as connection:
        connection.execute(image.update().values(state="failed", reason="a bug", tries=3))
        connection.execute(layer.update().values(state="failed", tries=3))
    fleet.queue.jobs.clear()
    assert stored(fleet, data).identity == made.identity
    with fleet.engine.connect() as connection:
        state = connection.execute(select(image.c.state, image.c.tries, image.c.reason)).one()
        assert set(connection.execute(select(layer.c.state)).scalars()) <= {"waiting", "queued"}
    assert tuple(state) == ("joining" if kind == "sbom" else "reading", 0, "")
    assert [job.kind for job in fleet.queue.jobs] == ["upload" if kind == "sbom" else "read"]


NOT_OF_PROJECTS = ("job", "worker", "state", "session", "bulk", "rematch_change", "rematch_score", "rematch_unit")


def test_a_deleted_project_leaves_no_row(fleet, tmp_path):
    from tests.support.whole_project import fill

    with writing(fleet.engine) as connection:
        before = {table.name: fill_count(connection, table) for table in metadata.sorted_tables}
        fill(connection, 1, shared_with=2)
        shared = {table.name: fill_count(connection, table) for table in metadata.sorted_tables}
        assert not [name for name, count in shared.items() if not count and name not in NOT_OF_PROJECTS]
        delete_project(connection, 1)
        texts = [
            str(row) for table in metadata.sorted_tables if table.name != "audit" for row in connection.execute(select(table))
        ]
    assert not [text for text in texts if "only-first" in text]
    assert [text for text in texts if "shared" in text]
    assert before["project"] == 2


def fill_count(connection, table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar()
