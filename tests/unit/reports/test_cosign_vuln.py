import io
import json

import msgspec
from msgspec.structs import replace
from tests.support.reports import usual

from careen import __version__
from careen.plugins import ReportOptions
from careen.reports.cosign_vuln import REPORTER as COSIGN_VULN
from careen.reports.json import document


def predicate_of(report, **options):
    stream = io.StringIO()
    COSIGN_VULN.write(report, stream, ReportOptions(**options))
    return json.loads(stream.getvalue())


def test_the_fields_of_the_predicate():
    predicate = predicate_of(usual())
    assert set(predicate) == {"invocation", "scanner", "metadata"}
    assert predicate["scanner"]["version"] == __version__
    assert predicate["scanner"]["db"]["version"] == "2026-11-24T09:00:00Z"
    assert predicate["metadata"] == {"scanStartedOn": "2026-11-24T12:00:00Z", "scanFinishedOn": "2026-11-24T12:00:00Z"}


def test_the_result_is_the_whole_report():
    result = predicate_of(usual())["scanner"]["result"]
    assert result == json.loads(msgspec.json.encode(document(usual(), ReportOptions())))
    assert result["schema"] == "careen.report/1"


def test_without_a_database_its_version_is_empty():
    assert predicate_of(replace(usual(), database=None))["scanner"]["db"]["version"] == ""


def test_listed_severities():
    listed = predicate_of(usual(), severities=frozenset(("critical",)))["scanner"]["result"]["findings"]
    assert {finding["severity"] for finding in listed} == {"critical"}
