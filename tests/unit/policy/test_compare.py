import io
import json

import pytest
from msgspec.structs import replace
from tests.support.matching import TODAY, advisory, deb, pypi, run
from tests.support.reports import ROOT_USER, TOKEN, clean, usual

from careen.formats.scans.saved_report import read_saved, saved
from careen.model.advisory import DatabaseInfo, SourceInfo
from careen.model.finding import Fix, Location, SecretPlace, Suppressed, SuppressedBy
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence
from careen.model.report import Coverage, Reason
from careen.plugins import ReportOptions
from careen.policy.compare import Baseline, PackageChange, compare, verdict_on
from careen.policy.gates import read_gate
from careen.policy.policy import Policy, assess
from careen.reports.json import write

ALL = Coverage("assessed", (), 1, 0)
RECORDS = [advisory(severity="high"), advisory("PYSEC-1", "4.2.3", "PyPI", "django", severity="low")]


def report(*packages, records=RECORDS, suppressed=()):
    inventory = Inventory(None, packages)
    return replace(clean(), inventory=inventory, findings=run(packages, records).findings, suppressed=suppressed)


def as_json(report):
    stream = io.StringIO()
    write(report, stream, ReportOptions())
    return stream.getvalue().encode()


def test_a_report_reads_back():
    whole = replace(usual(), findings=(*usual().findings, ROOT_USER, TOKEN))
    again = read_saved(as_json(whole), "base.json")
    assert sorted(map(repr, again.findings)) == sorted(map(repr, whole.findings))
    assert {one.finding.id for one in again.suppressed} == {"CVE-2023-0001", "CVE-2023-0002"}
    assert (again.packages, again.coverage, again.unknowns) == (saved(whole).packages, whole.coverage, whole.unknowns)
    assert (again.sources, again.declared) == (saved(whole).sources, saved(whole).declared)
    assert again.name == "base.json"


def test_what_was_declared_and_is_installed_now_is_new():
    declared, installed = report(replace(pypi(), presence="declared")), report(pypi())
    for before in (saved(declared), read_saved(as_json(declared), "base.json")):
        assert [one.change for one in compare(before, saved(installed)).new] == ["introduced"] * len(installed.findings)
        assert not compare(before, saved(declared)).new
    assert not compare(saved(installed), saved(declared)).new


def test_an_installed_package_of_the_baseline_stays_known_if_a_lock_file_names_it_too():
    both, installed = report(pypi(), replace(pypi(), presence="declared")), report(pypi())
    assert not compare(saved(both), saved(installed)).new


def changed(document, **changes):
    return json.dumps({**json.loads(as_json(usual())), **changes} if document is None else document).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a report of Careen"),
        (b"{}", "not a report of Careen"),
        (changed(None, schema="careen.report/9"), "schema is 'careen.report/9'"),
        (changed(None, listed=["high"]), "lists only findings of severity high"),
        (changed(None, findings=[{"kind": "vulnerability"}]), "a finding does not match the schema"),
    ],
)
def test_an_invalid_report_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        read_saved(data, "f")


def test_kinds_of_another_version_are_left_out():
    assert read_saved(changed(None, findings=[{"kind": "of_the_future", "id": "X-001"}]), "f").findings == ()


def test_why_a_finding_is_new():
    now = report(deb(), pypi()).findings
    openssl, django = sorted(now, key=lambda one: one.id)
    assert Baseline(saved(report(deb(), pypi()))).change(openssl) is None
    assert Baseline(saved(report(pypi()))).change(openssl) == "introduced"
    assert Baseline(saved(report(deb(), pypi(), records=[RECORDS[1]]))).change(openssl) == "disclosed"
    assert Baseline(saved(report(deb(version="3.0.10-1"), records=[]))).change(openssl) == "introduced"
    open_once = advisory(fixed=None, status="open")
    assert Baseline(saved(report(deb(), records=[open_once]))).change(openssl) == "fix_available"
    assert (
        Baseline(saved(report(pypi(version="4.2.0")))).change(django) is None
    )  # still the same vulnerability in the same place
    assert Baseline(saved(clean())).change(TOKEN) == "introduced"


def test_a_finding_that_was_suppressed_is_new_and_one_that_was_not_listed_is_not():
    (openssl,) = report(deb()).findings
    for kind, change in (("ignore", "disclosed"), ("vex", "disclosed"), ("severity", None), ("fix_state", None)):
        before = replace(report(deb(), records=[]), suppressed=(Suppressed(openssl, SuppressedBy(kind, "f", "r")),))
        assert Baseline(saved(before)).change(openssl) == change


def test_the_gate_counts_what_is_new():
    def code(before, gate="low"):
        policy = Policy(fail_on=(read_gate(gate),), baseline=Baseline(saved(before)))
        return assess(report(deb(), pypi()).findings, ALL, (), policy, TODAY)

    known = code(report(deb(), pypi()))
    assert known.verdict.exit_code == 0
    assert [rule.rule for rule in known.verdict.rules] == [f"fail-on low (new since {usual().image.reference}: nothing)"]
    fresh = code(report(deb()))
    assert fresh.verdict.exit_code == 1
    assert fresh.verdict.rules[0].rule.endswith(": 1 introduced)")
    assert {one.id: one.change for one in fresh.findings} == {"CVE-2026-0001": None, "PYSEC-1": "introduced"}
    assert code(report(deb()), "high").verdict.exit_code == 0


def test_the_difference_of_two_reports():
    before = replace(report(deb(), pypi()), findings=(*report(deb(), pypi()).findings, TOKEN))
    after = report(deb(version="3.0.13-1", source=None), pypi(version="4.2.2"), pypi("new", "1"), records=[RECORDS[1]])
    found = compare(saved(before), saved(after))
    assert found.new == ()
    assert found.same == 1
    assert {one.finding.id: one.why for one in found.gone} == {"CVE-2026-0001": "upgraded", TOKEN.id: "removed"}
    assert found.packages == (
        PackageChange("deb", "libssl3", "3.0.11-1", "3.0.13-1"),
        PackageChange("pypi", "django", "4.2.1", "4.2.2"),
        PackageChange("pypi", "new", None, "1"),
    )
    back = compare(saved(after), saved(before))
    assert {one.id: one.change for one in back.new} == {"CVE-2026-0001": "introduced", TOKEN.id: "introduced"}


def test_why_a_finding_is_gone():
    before = saved(report(deb()))
    (openssl,) = before.findings
    aside = (Suppressed(openssl, SuppressedBy("ignore", "f", "r")),)
    assert compare(before, saved(report(deb(), records=[]))).gone[0].why == "withdrawn"
    assert compare(before, saved(report())).gone[0].why == "removed"
    assert compare(before, saved(report(deb(), records=[], suppressed=aside))).gone[0].why == "suppressed"


@pytest.mark.parametrize(
    ("published", "fixed", "days", "code"),
    [
        ("2026-05-25", None, 14, 0),
        ("2026-05-18", None, 14, 1),
        ("2020-01-01", "2026-05-30", 14, 0),
        ("2020-01-01", "2026-05-30", 1, 1),
        ("2026-05-30", "2026-05-01", 14, 1),
        (None, None, 14, 1),
        ("rubbish", None, 14, 1),
        ("2026-06-02", None, 14, 0),
        ("2026-06-09", None, 14, 1),
        ("2020-01-01", "9999-01-01", 14, 1),
        ("2026-05-31", None, 0, 1),
    ],
)
def test_days_of_grace(published, fixed, days, code):
    finding = replace(report(deb()).findings[0], published=published, fix_published=fixed)
    policy = Policy(fail_on=(read_gate("low"),), grace_days=days)
    assessed = assess([finding], ALL, (), policy, TODAY)
    assert assessed.verdict.exit_code == code
    assert assessed.findings == (finding,)
    if days:
        assert assessed.verdict.rules[0].rule == f"fail-on low ({days} days of grace)".replace("1 days", "a day")
        assert assessed.verdict.rules[0].not_counted == ({} if code else {"in_grace": 1})
    assert assess([replace(finding, kev=True, fix=Fix("open"))], ALL, (), policy, TODAY).verdict.exit_code == 1


def of(coverage=ALL, **changes):
    return replace(report(deb()), coverage=coverage, **changes)


def covered(code, *subjects):
    return Coverage("partially_assessed", (Reason(code, "so it is", 3, subjects),), 1, 0, packages=3)


UNRATED = report(deb(), records=[advisory(severity="unknown")]).findings
POSSIBLE = tuple(replace(one, confidence="possible") for one in report(deb()).findings)
HIDDEN = tuple(Suppressed(one, SuppressedBy("severity", "--severity", "")) for one in report(deb()).findings)
SCORED = DatabaseInfo("db", "2026-01-01", (SourceInfo("kev", "2026-01-01", 9), SourceInfo("epss", "2026-01-01", 9)))
LOST = Unknown("layer", Evidence("", 0), "it breaks off", whole_layer=True)


@pytest.mark.parametrize(
    ("after", "gate", "code"),
    [
        (of(), "high", 1),
        (of(), "critical", 0),
        (of(findings=UNRATED), "high", 0),
        (of(replace(ALL, unfetched=("CVE-2026-0001",)), findings=UNRATED), "high", 3),
        (of(replace(ALL, unfetched=("CVE-2026-0001",)), findings=UNRATED), "secret", 0),
        (of(replace(ALL, without_lifecycle="debian-9")), "critical", 3),
        (of(replace(ALL, without_lifecycle="debian-9")), "secret", 0),
        (of(covered("no_lifecycle_data", "debian-9")), "secret", 0),  # a gate of that report asked, not this one
        (of(), "kev", 3),
        (of(database=SCORED), "kev", 0),
        (of(covered("end_of_life", "debian-9")), "critical", 1),
        (of(covered("end_of_life", "debian-9")), "secret", 0),
        (of(covered("no_advisories", "npm")), "critical", 3),
        (of(covered("no_advisories", "npm")), "secret", 0),
        (of(covered("not_asked")), "critical", 3),
        (of(covered("not_asked")), "secret", 0),
        (of(covered("no_exploit_data", "kev")), "critical", 0),  # a gate of that report asked, not this one
        (of(unknowns=(LOST,)), "secret", 3),
        (of(unknowns=(replace(LOST, whole_layer=False),)), "secret", 0),
        (of(findings=POSSIBLE), "high", 0),
        (of(inventory=Inventory(None, (replace(deb(), presence="declared"),))), "high", 0),
        (of(findings=(), suppressed=HIDDEN), "high", 1),
    ],
)
def test_the_verdict_on_a_change_is_that_of_a_scan_with_a_baseline(after, gate, code):
    after = replace(after, image=replace(after.image, kind="image"))
    before, policy = saved(report()), Policy(fail_on=(read_gate(gate),))
    for one in (saved(after), read_saved(as_json(after), "after.json")):
        assert verdict_on(before, one, policy, TODAY).exit_code == code
    if after.findings == report(deb()).findings and not after.coverage.reasons:
        assert verdict_on(saved(of()), saved(after), policy, TODAY).exit_code == (code if code == 3 else 0)  # known before


def test_what_was_merely_possible_in_the_baseline_is_new_once_it_is_more():
    now = report(deb())
    (finding,) = now.findings
    before = replace(now, findings=(replace(finding, confidence="possible"),))
    assert Baseline(saved(before)).change(finding) == "disclosed"
    assert Baseline(saved(now)).change(finding) is None
    assert Baseline(saved(before)).change(before.findings[0]) is None


def test_what_was_unrated_in_the_baseline_is_new_once_it_is_rated():
    now = report(deb())
    (finding,) = now.findings
    before = replace(now, findings=(replace(finding, severity="unknown"),))
    assert Baseline(saved(before)).change(finding) == "disclosed"
    assert Baseline(saved(before)).change(before.findings[0]) is None
    policy = Policy(fail_on=(read_gate("low"),), baseline=Baseline(saved(before)))
    assert assess(now.findings, ALL, (), policy, TODAY).verdict.exit_code == 1


def with_secret(secret):
    return replace(clean(), findings=(secret,))


def test_a_secret_is_known_by_any_of_its_places():
    place = SecretPlace(Location("app/a"), "fingerprint-a", 0)
    before = replace(TOKEN, places=(place,))
    now = replace(TOKEN, location=place.location, fingerprint=place.fingerprint)
    for one in (saved(with_secret(before)), read_saved(as_json(with_secret(before)), "base.json")):
        difference = compare(one, saved(with_secret(now)))
        assert (difference.new, difference.gone, difference.same) == ((), (), 1)
    assert not compare(saved(with_secret(now)), saved(with_secret(before))).gone
    assert compare(saved(with_secret(now)), saved(with_secret(TOKEN))).new


def test_a_secret_that_was_merely_possible_is_new_once_it_is_more():
    before = with_secret(replace(TOKEN, confidence="possible"))
    assert Baseline(saved(before)).change(TOKEN) == "disclosed"
    assert Baseline(saved(with_secret(TOKEN))).change(TOKEN) is None
