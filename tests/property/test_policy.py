"""For any rules, table, JSON, SARIF and exit code agree on the findings, and nothing is lost."""

import io
import json
import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.generated import examples
from tests.support.reports import CLI, JINJA, LIBSSL, LOG4J, ROOT_USER, TOKEN, clean, usual, vulnerability

from careen.formats.vex.vex_file import read_vex
from careen.model.finding import EpssScore, ExposedSecret, Fix, Misconfiguration, Vulnerability
from careen.model.inventory import Inventory
from careen.model.report import Coverage
from careen.plugins import ReportOptions
from careen.policy.about import About
from careen.policy.compare import Baseline
from careen.policy.gates import read_gate
from careen.policy.ignore_files import read_ignores
from careen.policy.policy import Policy, assess
from careen.reports import json as json_report
from careen.reports import sarif, table

TODAY = date(2026, 11, 24)
SEVERITIES = ("critical", "high", "medium", "low", "negligible", "unknown")
PACKAGES = (LIBSSL, CLI, JINJA, LOG4J)
INVENTORY = Inventory(None, PACKAGES)
FINDINGS = (
    *(
        vulnerability(
            f"CVE-2026-10{number:02}",
            PACKAGES[number % 4],
            aliases=(f"GHSA-{number:04}",),
            severity=SEVERITIES[number % 6],
            fix=Fix("fixed", ("9",)) if number % 3 else Fix(("open", "wont_fix")[number % 2]),
            kev=number % 5 == 0,
            risk=float(number * 8),
            epss=EpssScore(number / 12, 0.5) if number % 2 else None,
            layer=number % 3,
            confidence=("confirmed", "likely", "possible")[number % 7 % 3],
        )
        for number in range(12)
    ),
    ROOT_USER,
    replace(ROOT_USER, id="DKR-002", severity="low", fingerprint="f-low"),
    TOKEN,
    replace(TOKEN, id="other-key", severity="medium", fingerprint="f-other", layer=0),
    replace(TOKEN, id="password", fingerprint="f-possible", confidence="possible"),
)
IDS = [id for one in FINDINGS for id in (one.id, *getattr(one, "aliases", ()))]
PATHS = ["var/lib/**", "app/**", "build", "*.jar", "**", "nowhere/*", "opt/service/"]

rule = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from([*IDS, "CVE-*", "GHSA-000*", "DKR-*"]),
        "package": st.sampled_from(["libssl3", "*", "j*"]),
        "path": st.lists(st.sampled_from(PATHS), min_size=1, max_size=2),
        "layer": st.integers(0, 2),
        "kind": st.sampled_from(["vulnerability", "secret", "misconfiguration"]),
        "fix": st.sampled_from(["fixed", "open"]),
        "until": st.sampled_from(["2026-11-24", "2026-11-23"]),
    },
).filter(lambda one: {"id", "package", "path", "layer"} & one.keys())
lines = st.lists(st.sampled_from(IDS), max_size=3).map("\n".join)
rules = st.lists(rule, max_size=4).map(lambda listed: json.dumps({"ignore": listed}))
statement = st.fixed_dictionaries(
    {
        "vulnerability": st.sampled_from(IDS).map(lambda name: {"name": name}),
        "products": st.lists(
            st.sampled_from([{"@id": one.purl} for one in PACKAGES] + [{"@id": usual().image.digest}, {"@id": "pkg:npm/none"}]),
            min_size=1,
            max_size=2,
        ),
        "status": st.sampled_from(["not_affected", "affected", "fixed", "under_investigation"]),
    }
)
gate = st.lists(
    st.sampled_from(
        [*SEVERITIES, "kev", "fixable", "fixable:medium", "risk=40", "epss=0.5", "secret", "misconfiguration:high"]
    ),
    max_size=2,
)


@examples(150)
@given(
    text=st.one_of(rules, lines),
    statements=st.lists(statement, max_size=3),
    conditions=gate,
    unfixed=st.booleans(),
    known=st.none() | st.frozensets(st.sampled_from(FINDINGS), max_size=8),
)
def test_every_output_agrees_with_the_exit_code(text, statements, conditions, unfixed, known):
    vex = {"@context": "https://openvex.dev/ns/v0.2.0", "statements": statements}
    policy = Policy(
        fail_on=tuple(map(read_gate, conditions)),
        ignore_unfixed=unfixed,
        ignores=read_ignores(text, "rules"),
        vex=read_vex(json.dumps(vex).encode(), "vex.json"),
        baseline=None if known is None else _baseline(known),
    )
    base = replace(clean(), inventory=INVENTORY)
    assessed = assess(FINDINGS, Coverage("assessed", (), 1, 0), (), policy, TODAY, about=About(base.image, INVENTORY))
    report = replace(base, findings=assessed.findings, suppressed=assessed.suppressed, verdict=assessed.verdict)

    written = json.loads(_written(json_report, report))
    listed = {one["id"] for one in written["findings"]}
    aside = {one["finding"]["id"] for one in written["suppressed"]}
    assert listed | aside == {one.id for one in FINDINGS}
    assert not listed & aside
    results = json.loads(_written(sarif, report))["runs"][0]["results"]
    assert {one["ruleId"] for one in results if "suppressions" not in one} == listed
    assert {one["ruleId"] for one in results if "suppressions" in one} == aside
    shown = _written(table, report)
    decisions = "\n".join(line for line in shown.splitlines() if line.startswith("  - "))
    assert _named(decisions) <= aside
    assert _named(re.sub(r"^  - .*$", "", shown, flags=re.MULTILINE)) == listed
    counted = sum(int(count) for count in re.findall(r"^(\d+) findings? suppressed by", shown, re.MULTILINE))
    assert counted == len(aside)

    failed = any(_fails(condition, one) for condition in conditions for one in written["findings"] if _counts(one, known))
    assert written["verdict"]["exit_code"] == (1 if failed else 0)
    assert json.loads(_written(sarif, report))["runs"][0]["invocations"][0]["exitCode"] == written["verdict"]["exit_code"]


def _named(text):
    return {one.id for one in FINDINGS if re.search(rf"(?<![\w-]){re.escape(one.id)}(?![\w-])", text)}


def _baseline(known):
    from careen.formats.scans.saved_report import saved

    return Baseline(saved(replace(clean(), inventory=INVENTORY, findings=tuple(known))))


def _written(reporter, report):
    stream = io.StringIO()
    reporter.write(report, stream, ReportOptions(width=0, verbose=True))
    return stream.getvalue()


def _counts(finding, known):
    if finding.get("confidence") == "possible":
        return False
    return known is None or finding["fingerprint"] not in {one.fingerprint for one in known}


def _fails(condition, finding):
    """The conditions once more, over the JSON report."""
    words, is_vulnerability = condition.split(":"), finding["kind"] == "vulnerability"
    if finding["kind"] == "misconfiguration" and "misconfiguration" not in words:
        return False  # a condition without a kind counts vulnerabilities and secrets
    for word in words:
        if word in SEVERITIES:
            held = SEVERITIES.index(finding["severity"]) <= SEVERITIES.index(word)
        elif word in ("secret", "misconfiguration"):
            held = finding["kind"] == word
        elif word == "kev":
            held = is_vulnerability and finding["kev"]
        elif word == "fixable":
            held = is_vulnerability and finding["fix"]["state"] == "fixed"
        elif word == "risk=40":
            held = is_vulnerability and finding["risk"] >= 40
        else:
            held = is_vulnerability and finding["epss"] is not None and finding["epss"]["score"] >= 0.5
        if not held:
            return False
    return True


def test_the_findings_are_of_every_kind():
    assert {type(one) for one in FINDINGS} == {Vulnerability, Misconfiguration, ExposedSecret}
    assert len({one.id for one in FINDINGS}) == len(FINDINGS)
