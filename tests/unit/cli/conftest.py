"""The command line over fakes of ``careen.app``: calls are recorded, answers are made by hand."""

import types
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.reports import usual

from careen.cli.main import main
from careen.database.update import UpdateResult
from careen.model.advisory import DatabaseInfo, SourceInfo
from careen.plugins import Reporter, load, silent


@pytest.fixture
def app(monkeypatch):
    fake = types.SimpleNamespace(asked=[], report=usual(), offered=())
    fake.updated = UpdateResult(Path("/cache/db.sqlite"), True, ())

    def scan(reference, settings, progress=silent):
        fake.asked.append((reference, settings))
        progress("layer", 1, 2)
        if isinstance(fake.report, BaseException):
            raise fake.report
        return fake.report(settings) if callable(fake.report) else fake.report

    class Session:
        def __init__(self, settings):
            self.settings = settings

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def on(self, platform):
            return Session(replace(self.settings, platform=platform, all_platforms=False))

        def scan(self, reference, progress=silent):
            return scan(reference, self.settings, progress)

    def update_database(settings, progress=silent, *, full=False, accept=(), feeds=False):
        fake.asked.append(("update", settings))
        return fake.updated

    fake.scan, fake.Session = scan, Session
    fake.platforms = lambda reference, settings: fake.offered
    fake.reporters = lambda: {one.name: one for one in load("careen.reports", "REPORTER", Reporter)}
    fake.update_database = update_database
    fake.database_status = lambda settings: DatabaseInfo(
        "/cache/db.sqlite",
        "2026-11-24T09:00:00Z",
        (
            SourceInfo("debian/tracker", "2026-11-23", 51234, "2026-11-24T08:59:00Z"),
            SourceInfo("debian/lts", "2023-04-02", 8, "2026-11-24T08:59:00Z"),
            SourceInfo("kev", "", 0, "", detail="the feed could not be read:\nHTTP 500"),
        ),
    )
    # looked up when they are called: a test may replace them once more
    monkeypatch.setattr("careen.app.session.Session", lambda settings, **_: fake.Session(settings))
    monkeypatch.setattr("careen.app.opening.platforms", lambda reference, settings: fake.platforms(reference, settings))
    monkeypatch.setattr("careen.app.wiring.reporters", lambda: fake.reporters())
    monkeypatch.setattr("careen.app.databases.update_database", lambda *given, **named: fake.update_database(*given, **named))
    monkeypatch.setattr("careen.app.databases.database_status", lambda settings: fake.database_status(settings))
    return fake


@pytest.fixture
def careen_command(capsys, monkeypatch, tmp_path):
    """Runs a command in an empty folder: (exit code, standard output, standard error)."""
    folder = tmp_path / "working-folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run
