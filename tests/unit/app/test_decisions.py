import json

import pytest

from careen.app.decisions import Decision, findings_diff, suggested_entries, vex_document
from careen.config import Settings
from careen.errors import UsageError
from tests.support.reports import clean, usual

RECORD = {
    "id": "CVE-2030-0001",
    "modified": "2030-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "django"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.2.9"}]}],
        }
    ],
}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "advisories").mkdir()
    (tmp_path / "advisories" / "one.json").write_text(json.dumps(RECORD))
    (tmp_path / "before.purls").write_text("pkg:pypi/requests@2.31.0\n")
    (tmp_path / "after.purls").write_text("pkg:pypi/requests@2.31.0\npkg:pypi/django@3.2.0\n")
    (tmp_path / "ignore").write_text("CVE-2030-0001 reason=unused\n")
    return lambda **changes: Settings(
        cache_dir=tmp_path / "cache", offline=True, refresh="never", advisories=tmp_path / "advisories", **changes
    )


def test_what_changed_and_what_the_gates_make_of_it(settings):
    found = findings_diff("./before.purls", "./after.purls", settings(fail_on=("critical",), unknown_as="critical"))
    assert [finding.id for finding in found.difference.new] == ["CVE-2030-0001"]
    assert (found.before.name, found.after.name) == ("./before.purls", "./after.purls")
    assert found.verdict.passed is False
    back = findings_diff("./after.purls", "./before.purls", settings(fail_on=("critical",), unknown_as="critical"))
    assert [gone.finding.id for gone in back.difference.gone] == ["CVE-2030-0001"]


def test_a_statement_about_a_finding(settings):
    count, document = vex_document("./after.purls", Decision("fixed", ids=("CVE-2030-0001",), author="us"), settings())
    assert (count, document["author"], len(document["statements"])) == (1, "us", 1)
    assert document["@id"].startswith("https://openvex.dev/docs/public/vex-")
    with pytest.raises(UsageError, match="CVE-2030-9999 is not found"):
        vex_document("./after.purls", Decision("fixed", ids=("CVE-2030-9999",)), settings())


def test_statements_about_what_rules_suppress(settings, tmp_path):
    ignoring = settings(ignore_file=(tmp_path / "ignore",))
    assert vex_document("./after.purls", Decision("not_affected", from_ignores=True), ignoring)[0] == 1
    assert vex_document("./before.purls", Decision("fixed", ids=()), settings())[0] == 0


def test_entries_for_what_is_not_assessed():
    assert list(suggested_entries([clean()])) == []
    assert [entry.code for entry in suggested_entries([usual()])]
