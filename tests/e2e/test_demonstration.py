"""``make serve DEMO=1``: without a network there is something for each page."""

import pytest
from sqlalchemy import func, select
from tests.conftest import ROOT

from careen.config import settings_of
from careen.fleet import images, tables
from careen.fleet.start import opened

FILLED = (
    *("image", "registry", "repository", "tag", "tag_change", "upload", "agent_report", "exposure", "exposed_container"),
    *("decision", "policy", "saved_view", "subscription", "delivery"),
)


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    import serve

    serve.fill(tmp_path / "data")
    settings = settings_of(
        {
            "cache_dir": str(tmp_path / "data/cache"),
            "offline": True,
            "refresh": "never",
            "advisories": str(ROOT / "examples/advisories"),
        }
    )
    with opened(None, tmp_path / "data", settings, 1, alone=True) as made:
        serve.fill(tmp_path / "data")  # again: nothing is there twice
        yield made


def test_every_page_has_something_to_show(fleet):
    with fleet.engine.connect() as connection:
        counts = {name: connection.execute(select(func.count()).select_from(getattr(tables, name))).scalar() for name in FILLED}
        uploaded = connection.execute(
            select(tables.image.c.identity, tables.image.c.reference).order_by(tables.image.c.id)
        ).all()
    assert [name for name, count in counts.items() if not count] == []
    assert (counts["image"], counts["tag"]) == (5, 3)
    report = next(row for row in uploaded if row.reference.endswith("of a pipeline"))
    sbom = next(row for row in uploaded if row.reference.endswith("as an SBOM"))
    for row in (report, sbom):
        images.join_upload(fleet, images.uploads.job_of(row.identity, "tests"))
    with fleet.engine.connect() as connection:
        found = connection.execute(select(tables.unit_finding.c.vulnerability).distinct()).scalars().all()
        states = connection.execute(
            select(tables.image.c.state, tables.image.c.critical).where(tables.image.c.critical > 0)
        ).all()
    assert {"CVE-2021-44228", "CVE-2023-5678"} <= set(found) and len(states) >= 2


def test_a_secret_is_in_the_older_tag(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    from build_demo import build_older

    from careen.app.session import Session
    from careen.model.finding import ExposedSecret

    build_older(tmp_path / "older.tar")
    with Session(settings_of({"cache_dir": str(tmp_path / "cache"), "offline": True})) as session:
        report = session.scan(str(tmp_path / "older.tar"))
    assert [one.id for one in report.findings if isinstance(one, ExposedSecret)] == ["gitlab-personal-access-token"]
