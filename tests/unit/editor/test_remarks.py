from tests.support.reports import usual

from careen.editor.remarks import NOT_READ, hover, link_to, not_read, of_finding, on_a_line, remedy
from careen.model.finding import ExposedSecret, Location, Misconfiguration, Vulnerability

PLACE = Location("Dockerfile", 3, 5)
REFERENCES = ("CWE-250", "X")
FINDING = Misconfiguration("DKR-001", "Container <b>runs</b>", "high", PLACE, "why *it* is", "fix", REFERENCES, "f", "as root")


def test_a_misconfiguration():
    remark = on_a_line(FINDING)
    assert (remark.code, remark.line, remark.end_line, remark.severity) == ("DKR-001", 3, 5, "high")
    assert remark.message == "Container <b>runs</b>: as root"
    assert remark.link == "https://cwe.mitre.org/data/definitions/250.html"


def test_a_hover_has_no_markup_of_others():
    text = hover(on_a_line(FINDING))
    assert "\\<b\\>" in text
    assert "why \\*it\\* is" in text
    assert "**Fix:** fix" in text


def test_a_vulnerability():
    finding = next(found for found in usual().findings if isinstance(found, Vulnerability) and found.fix.versions)
    remark = of_finding(finding, 7, 7)
    assert finding.package_name in remark.message
    assert remedy(finding) == f"fixed in {', '.join(finding.fix.versions)}"
    assert f"risk {finding.risk:g} of 100" in hover(remark)


def test_a_secret_stays_redacted():
    finding = ExposedSecret("a-key", "A key", "high", Location("Dockerfile", 2, 2), "AKIA…`x`", "f")
    remark = on_a_line(finding)
    assert remark.message == "A key: AKIA…`x`"
    assert "`AKIA…x`" in hover(remark)


def test_what_was_not_read():
    remark = not_read("not YAML\x1b[31m")
    assert (remark.code, remark.severity) == (NOT_READ, "note")
    assert "\x1b" not in remark.message
    assert hover(remark)


def test_a_check_without_a_weakness_links_to_its_page():
    assert link_to(("Hadolint DL3000", "https://a.example/x")) == "https://a.example/x"
    assert link_to(("Hadolint DL3000",)) is None
