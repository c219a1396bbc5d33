import pytest

from careen.app.explaining import about, checks_of
from careen.checks.kinds import KINDS
from careen.cli.about import _lines, _lines_of_checks
from careen.config import settings_of
from careen.model.advisory import Advisory, Epss, Exploited, Range
from careen.plugins import Check, load
from tests.support.command import ADVISORIES


@pytest.fixture
def settings(tmp_path):
    return settings_of({"cache_dir": str(tmp_path / "cache"), "advisories": str(ADVISORIES), "offline": True})


def test_a_vulnerability_by_any_of_its_ids(settings):
    by_cve, by_alias = about("CVE-2021-23337", settings), about("GHSA-35jh-r3h4-6jhm", settings)
    assert "GHSA-35jh-r3h4-6jhm" in by_cve.ids
    assert [record.summary for record in by_cve.records] == [
        "The template function of lodash runs commands given as its options"
    ]
    assert "CVE-2021-23337" in by_alias.ids or not by_alias.records
    assert about("CVE-1999-1", settings).records == ()


def test_what_is_printed(settings):
    from msgspec.structs import replace

    named = Advisory("CVE-2021-23337", "ghsa", "npm", "lodash", (Range(fixed="4.17.21"),))
    found = replace(
        about("CVE-2021-23337", settings),
        advisories=(named, Advisory("x", "osv", "npm", "\x1b[2J")),
        epss=Epss("CVE-2021-23337", 0.5, 0.9),
        exploited=Exploited("CVE-2021-23337", "2022-01-01"),
    )
    text = "\n".join(_lines(found))
    assert "    lodash: fixed in 4.17.21 (ghsa)" in text
    assert "exploitation within 30 days: 50.0%" in text
    assert "known to be exploited since 2022-01-01" in text
    assert text.endswith("next: careen explain CVE-2021-23337 IMAGE  (whether an image has it, and why)")
    assert "\x1b" not in text


def test_a_check():
    (check,) = checks_of("dkr-021")
    assert check.id == "DKR-021"
    assert f"  fix: {check.fix}" in list(_lines_of_checks("dkr-021", (check,)))
    assert checks_of("CVE-2021-23337") == ()


@pytest.mark.parametrize("folder", sorted({folder for kind in KINDS for folder in kind.folders}))
def test_a_check_of_every_kind(folder):
    for check in load(f"careen.checks.{folder}", "CHECK", Check):
        assert checks_of(check.id) == (check,)


def test_a_rule_of_another_tool():
    checks = checks_of("KSV110")
    assert {check.id for check in checks} == {"K8S-029", "K8S-120"}
    lines = list(_lines_of_checks("KSV110", checks))
    assert lines[0] == "KSV110 is a rule of Trivy. Careen checks for the same:"
    assert lines[-1] == (
        "next: careen check . --checks-on K8S-120 finds it in each case; --checks-off K8S-029,K8S-120 switches it off"
    )


@pytest.mark.parametrize(
    ("id", "command"),
    [
        ("IMG-001", "careen scan IMAGE finds it;"),
        ("TFM-075", "careen check . finds it;"),
        ("K8S-120", "careen check . --checks-on K8S-120 finds it;"),
    ],
)
def test_the_command_that_runs_a_check(id, command):
    assert f"next: {command}" in list(_lines_of_checks(id, checks_of(id)))[-1]
