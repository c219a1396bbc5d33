from msgspec.structs import replace
from tests.support.reports import JINJA, ROOT_USER, vulnerability

from careen.cli.diff import _document, _lines
from careen.formats.scans.saved_report import Saved
from careen.model.finding import Fix
from careen.model.report import Coverage, FailedBy, Rule, Verdict
from careen.policy.compare import Difference, Gone, PackageChange

BEFORE = Saved("shop:1", "2026-01-01T00", (), (ROOT_USER,), (), Coverage("assessed", (), 1, 0), (), None, frozenset())
AFTER = replace(BEFORE, name="shop:2", created="2026-02-01T00", findings=())
NEW = vulnerability("CVE-1", JINJA, change="introduced")


def lines_of(new=(), gone=(), packages=(), verdict=None):
    return list(_lines(BEFORE, AFTER, Difference(tuple(new), tuple(gone), 0, tuple(packages)), verdict or Verdict(True, 0)))


def test_new_and_gone_findings_by_cause():
    open_one = replace(NEW, id="CVE-2", change="disclosed", fix=Fix("open"))
    assert lines_of([NEW, open_one], [Gone(ROOT_USER, "removed")]) == [
        "shop:1 (2026-01-01) -> shop:2 (2026-02-01)",
        "  1 findings -> 0: 2 new, 1 gone",
        "",
        "New, introduced by this change (1)",
        "  high        CVE-1                Jinja2 3.0.1  9.9.9",
        "",
        "New, disclosed since (1)",
        "  high        CVE-2                Jinja2 3.0.1  open",
        "",
        "Gone, gone with its package or file (1)",
        "  high        DKR-001              build/Dockerfile:7  Container runs as root",
    ]


def test_packages():
    changes = [PackageChange("npm", "a", "1", "2"), PackageChange("npm", "b", None, "1"), PackageChange("npm", "c", "1", None)]
    assert lines_of(packages=changes)[3:] == [
        "Packages: 1 changed, 1 added, 1 removed",
        "  npm a  1 -> 2",
        "  npm b  - -> 1",
        "  npm c  1 -> -",
    ]


def test_the_verdict():
    failed = Verdict(False, 1, (Rule("fail-on high", False, FailedBy(1, ("CVE-1",))),))
    assert lines_of(verdict=failed)[-2:] == [
        "fail-on high: failed (CVE-1)",
        "FAILED (exit code 1): fail-on high (CVE-1)",
    ]
    assert len(lines_of()) == 2


def test_the_document():
    found = _document(BEFORE, AFTER, Difference((NEW,), (), 3, ()), Verdict(True, 0))
    assert (found["schema"], found["before"]["findings"], found["after"]["name"]) == ("careen.difference/1", 1, "shop:2")
    assert (found["new"][0]["id"], found["same"]) == ("CVE-1", 3)
