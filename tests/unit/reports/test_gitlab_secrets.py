from msgspec.structs import replace
from tests.support.reports import ROOT_USER, TOKEN, clean
from tests.unit.output.test_gitlab_report import report_of

from careen.model.finding import Location
from careen.reports.gitlab_secrets import REPORTER as SECRETS


def entries_of(*findings):
    return report_of(replace(clean(), findings=findings), SECRETS)["vulnerabilities"]


def test_a_secret_has_its_lines_and_is_redacted():
    (entry,) = entries_of(TOKEN, ROOT_USER)
    assert entry["location"] == {
        "file": "app/settings.py",
        "commit": {"sha": "0000000"},
        "start_line": 3,
        "end_line": 3,
    }
    assert entry["raw_source_code_extract"] == "tok_…(redacted)"
    assert entry["identifiers"] == [{"type": "careen_secret", "name": "Careen secret example-token", "value": "example-token"}]
    assert "A later layer deletes the file" in entry["description"]


def test_a_file_without_lines_begins_at_the_first():
    (entry,) = entries_of(replace(TOKEN, location=Location("etc/key"), deleted=False))
    assert (entry["location"]["start_line"], entry["location"]["end_line"]) == (1, 1)
    assert "later layer" not in entry["description"]
