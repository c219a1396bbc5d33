"""Golden reports: tests/golden/reports/<format>/<case>, what each output format makes of a few reports; ``--update`` rewrites.

A new format needs nothing here: ``--update`` writes its cases.
"""

import io
import os
from pathlib import Path

import pytest
from tests.support.reports import REPORTS

from careen import __version__
from careen.plugins import Reporter, ReportOptions, load

FOLDER = Path(__file__).parent / "reports"
REPORTERS = load("careen.reports", "REPORTER", Reporter)


@pytest.mark.parametrize("case", REPORTS)
@pytest.mark.parametrize("reporter", REPORTERS, ids=lambda reporter: reporter.name)
def test_report(reporter, case, update, monkeypatch):
    for name in [name for name in os.environ if name.startswith("GITHUB_")]:
        monkeypatch.delenv(name)
    stream = io.StringIO()
    reporter.write(REPORTS[case], stream, ReportOptions())
    written = stream.getvalue().replace(f'"{__version__}"', '"VERSION"').replace(f"careen-{__version__}", "careen-VERSION")
    written = written.replace(f"careen {__version__}", "careen VERSION").replace("\r\n", "\n")
    golden = FOLDER / reporter.name / case
    if update:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(written, "utf-8", newline="\n")
    assert written == golden.read_text("utf-8"), "make golden rewrites it"


def test_every_golden_is_compared():
    known = {FOLDER / reporter.name / case for reporter in REPORTERS for case in REPORTS}
    assert {path for path in FOLDER.rglob("*") if path.is_file()} <= known
