import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from careen.app.whole_report import read_report
from careen.model.behaviour import BehaviourSummary, PartScore
from careen.model.details import Details, LicenceFile
from careen.model.exposure import AttackPath, AttackPaths, PathNode, PathStep
from careen.model.finding import IntegrityFinding, Location
from careen.model.image import BaseImage, Platform
from careen.model.integrity import FileCounts, Integrity, ModifiedFile
from careen.model.ledger import Ledger
from careen.model.origin import OriginRead
from careen.model.plan import Action, Advice, Plan, Staying, Upgrade
from careen.model.report import Accepted, Comparison, Compliance, Control, FailedBy, Gone, PlatformState, Rule, Verdict
from careen.plugins import Reporter, load
from tests.support.reports import HOSTILE, REPORTS, ROOT_USER, TOKEN, hostile, usual
from tests.support.written import written

REPORTERS = load("careen.reports", "REPORTER", Reporter)
MUTATIONS = 2_000
QUICK = [reporter for reporter in REPORTERS if not reporter.reads_template]  # a template runs in a process of its own
JSON = next(reporter for reporter in REPORTERS if reporter.name == "json")


ACTION = Action("pip", "/opt", "dockerfile", "pip install a", (Upgrade("a", "1", "2", 1, "pkg:pypi/a@1"),), 1)


def full():
    """A report with a value in every field that a format can show."""
    report = usual()
    package = report.inventory.packages[0]
    absent = replace(package, name="gone", presence="absent", maintainer="A vendor", cpe="cpe:2.3:a:b:c:1:*:*:*:*:*:*:*")
    modified = ModifiedFile("usr/bin/openssl", package.purl, 2, 0o755, 10)
    changed = IntegrityFinding(
        "SYS-001", "A program was modified", "high", Location("usr/bin/openssl"), "w", "f", (), "fp", "m", 2
    )
    distribution = replace(report.inventory.distribution, extended=True, id_like=("a", "b"))
    first, *others = report.image.layers
    return replace(
        report,
        image=replace(
            report.image,
            opened="registry:registry.example/shop/service:1.4",
            tag="registry.example/shop/service:1.4",
            platform=Platform("linux", "arm64", "v8"),
            layers=(replace(first, instruction=Location("Dockerfile", 3, 4), diff_id_verified=True), *others),
        ),
        inventory=replace(
            report.inventory,
            distribution=distribution,
            packages=(
                *report.inventory.packages,
                absent,
                replace(absent, presence="present"),
                replace(absent, owned_by="pkg:x/y"),
            ),
            integrity=Integrity(7, 2, (modified,), FileCounts(90, 3, 5, 1)),
            unidentified=("usr/bin/program",),
            owned=("usr/bin/other",),
            created="2026-01-02T03:04:05Z",
            no_package_database=True,
            sbom_tool="another",
            details=Details((LicenceFile(package.purl, "usr/share/doc/a/copyright", "MIT", ("An author",), True, 1),)),
            ledger=Ledger(5, 4, 3, 2, 1),
            origin_read=OriginRead(9, 3, projects=7),
        ),
        exposure=AttackPaths(
            ("compose.yaml",),
            (PathNode("Internet", "internet"), PathNode("shop", "container", True)),
            (AttackPath("high", 9.5, (PathStep(0, 1, "port 80", Location("compose.yaml", 3)),), ("unpublish it",)),),
            1,
            True,
        ),
        behaviour=BehaviourSummary(3, 2, 1, 1, 0, (PartScore("hooks", 1, 40),), 40),
        findings=(*report.findings, ROOT_USER, TOKEN, changed),
        plan=Plan(
            3, 2, 2, (ACTION,), (Staying("no fix", 2),), (Advice("refresh_base", "pull", 1),), {"pkg:x": "2"}, {"pkg:y": "z"}
        ),
        compared=Comparison("main.json", 1, 2, (Gone(TOKEN, "removed"),)),
        coverage=replace(
            report.coverage, accepted=(Accepted("end_of_life", ("debian-12",), "--accept", "why", "me", "2030-01-01"),)
        ),
        verdict=Verdict(
            False,
            1,
            (Rule("critical", False, FailedBy(1, ("CVE-2021-44228",)), {"possible": 2}, "why"),),
            (PlatformState("linux/s390x", "not_assessed", "no report"),),
        ),
        compliance=Compliance("x", "X", (Control("1.1", "A control", "fail", ("DKR-001",), ("DKR-001",), 1, 1, ""),)),
        base=BaseImage("debian:12", "sha256:" + "1" * 64, 1, "known layers"),
        base_excluded=True,
    )


CASES = {**REPORTS, "full": full(), **{f"hostile-{n}": hostile(text) for n, text in enumerate(HOSTILE) if "\udce9" not in text}}


@pytest.mark.parametrize("options", [{}, {"width": 0, "verbose": True}, {"severities": frozenset({"high"})}], ids=str)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("reporter", REPORTERS, ids=lambda reporter: reporter.name)
def test_a_saved_report_gives_what_the_scan_gave(reporter, case, options):
    report = CASES[case]
    again = read_report(written(JSON, report).encode())
    assert written(reporter, again, **options) == written(reporter, report, **options)


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_is_kept(text):
    report = hostile(text)
    again = read_report(written(JSON, report).encode())
    for reporter in QUICK:
        assert written(reporter, again) == written(reporter, report)


def test_nothing_of_the_inventory_is_lost():
    report = full()
    again = read_report(written(JSON, report).encode())
    kept = replace(report.inventory, packages=again.inventory.packages, distribution=again.inventory.distribution)
    assert again.inventory == kept
    assert again.inventory.distribution == replace(report.inventory.distribution, evidence=None)
    assert again.image.tag == report.image.tag
    assert replace(again, image=report.image, inventory=report.inventory, findings=(), suppressed=()) == replace(
        report, findings=(), suppressed=()
    )


def changed(**changes):
    return json.dumps({**json.loads(written(JSON, usual())), **changes}).encode()


def with_path(steps):
    path = {"severity": "low", "score": 1, "steps": steps}
    nodes = [{"name": "Internet", "kind": "internet"}]
    return changed(exposure={"targets": [], "nodes": nodes, "paths": [path], "total": 1, "complete": True})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a report of Careen"),
        (b"{}", "not a report of Careen"),
        (b"[" * 100_000, "not a report of Careen"),
        (changed() + changed(), "not a report of Careen"),
        (changed(schema="careen.report/9"), r"its schema is 'careen.report/9', not careen.report/1"),
        (changed(listed=["high"]), "lists only findings of severity high"),
        (changed(inventory=None), "scan again"),
        (changed(created="yesterday"), "created"),
        (changed(findings=[{"kind": "of_the_future", "id": "X"}]), "of_the_future"),
        (changed(findings=[{"kind": "vulnerability"}]), "missing required field"),
        (with_path([]), "an attack path has no step"),
        (with_path([{"source": 0, "target": 1, "text": "beyond the last node"}]), "a step without its nodes"),
        (with_path([{"source": -1, "target": 0, "text": "before the first one"}]), "a step without its nodes"),
        (changed(packages=[{**json.loads(changed())["packages"][0], "confidence": "high"}]), "confidence"),
    ],
)
def test_an_invalid_report_is_refused(data, message):
    with pytest.raises(ValueError, match=message) as refused:
        read_report(data)
    assert "\n" not in str(refused.value)


def test_keys_of_a_later_version_are_passed_over():
    assert read_report(changed(of_the_future={"a": 1})).findings == read_report(changed()).findings


def test_a_report_over_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr("careen.app.whole_report.MAX_BYTES", 100)
    with pytest.raises(ValueError, match="over 0 MiB"):
        read_report(changed())


def test_a_damaged_report_is_refused_or_written_by_every_format():
    random = Random(16)
    whole = json.loads(written(JSON, full()))
    data = json.dumps(whole).encode()
    read, refusals = 0, set()
    for number in range(MUTATIONS):
        damaged = _with_other_bytes(data, random) if number % 2 else _with_another_value(whole, random)
        try:
            report = read_report(damaged)
        except ValueError as error:
            refusals.add(str(error))
            continue
        read += 1
        written(QUICK[number // 2 % len(QUICK)], report)
    assert MUTATIONS / 50 < read < MUTATIONS
    assert all(len(text.splitlines()) == 1 for text in refusals)


def _with_other_bytes(data, random):
    start = random.randrange(len(data))
    end = start + random.choice((0, 1, 1, 20))
    return data[:start] + random.choice((b"", b"0", b'"', b"}", b"\xff", b"9" * 30, b"\\ud800", b"null")) + data[end:]


def _with_another_value(document, random):
    """A copy in which one value, at any depth, is another one or not there."""
    copy = json.loads(json.dumps(document))
    place = copy
    while True:
        key = random.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if isinstance(place[key], dict | list) and place[key] and random.random() < 0.9:
            place = place[key]
            continue
        if random.random() < 0.2:
            del place[key]
        else:
            place[key] = random.choice(
                (None, True, 0, -1, 10**25, 1e300, "", "x\n\x1b[2J", "pkg:npm/%ff", [], {}, [None], "a" * 10_000)
            )
        return json.dumps(copy).encode()
