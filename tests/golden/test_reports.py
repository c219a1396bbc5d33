"""Golden reports: tests/golden/reports/<format>/<case>, what each output format makes of a few reports; ``--update`` rewrites.

A new format needs nothing here: ``--update`` writes its cases.
"""

import os
import re
from pathlib import Path

import pytest
from tests.support.reports import REPORTS
from tests.support.written import written

from careen import __version__
from careen.plugins import Reporter, load

FOLDER = Path(__file__).parent / "reports"
REPORTERS = load("careen.reports", "REPORTER", Reporter)


@pytest.mark.parametrize("case", REPORTS)
@pytest.mark.parametrize("reporter", REPORTERS, ids=lambda reporter: reporter.name)
def test_report(reporter, case, update, monkeypatch):
    for name in [name for name in os.environ if name.startswith("GITHUB_")]:
        monkeypatch.delenv(name)
    text = written(reporter, REPORTS[case]).replace(f'"{__version__}"', '"VERSION"')
    text = text.replace(f"careen-{__version__}", "careen-VERSION").replace("\r\n", "\n")
    text = re.sub(rf"([Cc]areen) {re.escape(__version__)}", r"\1 VERSION", text)
    text = re.sub(r"<(style|script)>.*?</\1>|'sha256-[^']+'", "OURS", text, flags=re.DOTALL)  # not of the report
    golden = FOLDER / reporter.name / case
    if update:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, "utf-8", newline="\n")
    assert text == golden.read_text("utf-8"), "make golden rewrites it"


def test_every_golden_is_compared():
    known = {FOLDER / reporter.name / case for reporter in REPORTERS for case in REPORTS}
    assert {path for path in FOLDER.rglob("*") if path.is_file()} <= known
