import json

import pytest
from msgspec.structs import replace

from careen.app.browsing import BYS, details, entries, found, groups, report_of
from careen.config import Settings
from careen.errors import InputError
from careen.model.finding import Fix
from careen.reports.json import REPORTER
from tests.support.reports import usual
from tests.support.written import written


@pytest.fixture
def settings(tmp_path):
    return Settings(cache_dir=tmp_path / "cache", offline=True)


@pytest.mark.parametrize("by", BYS)
def test_each_finding_is_in_one_group(by):
    listed = entries(usual())
    made = groups(usual(), listed, by)
    assert sorted(entry.row.fingerprint for group in made for entry in group.entries) == sorted(
        finding.fingerprint for finding in usual().findings
    )
    assert len({group.title for group in made}) == len(made)


def test_one_upgrade_has_the_fixes_of_all_findings_of_a_package():
    openssl = next(finding for finding in usual().findings if getattr(finding, "package_name", "") == "Jinja2")
    older = replace(openssl, id="CVE-1-1", fingerprint="1", fix=Fix("fixed", ("3.1.10",)))
    newer = replace(openssl, id="CVE-1-2", fingerprint="2", fix=Fix("fixed", ("3.1.9",)))
    unfixed = replace(openssl, id="CVE-1-3", fingerprint="3", fix=Fix("open"))
    report = replace(usual(), findings=(newer, older, unfixed))
    made = groups(report, entries(report), "action")
    assert [(group.title, len(group.entries)) for group in made] == [
        ("upgrade Jinja2 3.0.1 to 3.1.10", 2),
        ("no version fixes these", 1),
    ]


def test_layers_are_in_their_order():
    titles = [group.title for group in groups(usual(), entries(usual()), "layer")]
    numbers = [int(title.split()[1].rstrip(":")) for title in titles if title.startswith("layer")]
    assert numbers == sorted(numbers)


def test_a_search_needs_all_words():
    listed = entries(usual())
    assert found(listed, "  ") == listed
    (one,) = found(listed, "JINJA2 cve-2024-22195")
    assert one.row.package == "Jinja2"
    assert found(listed, "jinja2 nosuch") == ()


def test_details_have_all_that_a_report_has_of_a_finding():
    for entry in entries(usual()):
        shown = dict(details(usual(), entry))
        assert shown["fingerprint"] == entry.row.fingerprint
        assert entry.row.id in shown["id"]


def test_a_saved_report_or_a_reference(settings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.json").write_text(written(REPORTER, usual()))
    known = {finding.fingerprint for finding in usual().findings}
    for name in ("report.json", "./report.json"):
        assert {finding.fingerprint for finding in report_of(name, settings).findings} == known
    (tmp_path / "list.purls").write_text("pkg:npm/left-pad@1.0.0\n")
    assert len(report_of("./list.purls", settings).inventory.packages) == 1
    (tmp_path / "later.json").write_text(json.dumps({"schema": "careen.report/2"}))
    with pytest.raises(InputError, match="its schema is"):
        report_of("./later.json", settings)
