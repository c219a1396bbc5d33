"""Vulnerabilities by source package."""

import pytest
from msgspec.structs import replace
from tests.support.reports import CLI, JINJA, KERNEL, LIBSSL, LOG4J, usual, vulnerability

from careen.model.finding import EpssScore, Fix, Location
from careen.model.image import Layer
from careen.model.plan import Action, Plan, Upgrade
from careen.plugins import ReportOptions
from careen.reports.table.vulnerabilities import MAX_GROUPS, MAX_LAYERS, MAX_ROWS, vulnerability_lines

BASE = usual()


ADDRESS = "         https://osv.example/"  # of an advisory, which --all lists


def lines_of(*findings, layers=(), width=0, **options):
    report = replace(BASE, findings=findings, image=replace(BASE.image, layers=layers))
    lines = vulnerability_lines(report, ReportOptions(width=width, **options))
    texts = ("".join(text for text, _ in line).rstrip() for line in lines)
    return [text for text in texts if not text.startswith(ADDRESS)]


def row(finding, **options):
    return lines_of(finding, **options)[2]


def test_nothing():
    assert lines_of() == []


def test_a_group_and_its_row():
    found = vulnerability("CVE-1", JINJA, risk=50.0, kev=True, epss=EpssScore(0.25, 0.9))
    assert lines_of(found) == [
        "   RISK  SEVERITY    VULNERABILITY  LAYER  EXPLOIT  FIXED IN",
        "Jinja2 3.0.1  pypi: opt/app/lib/python3.11/site-packages/Jinja2-3.0.1.dist-info/METADATA",
        "   50.0  high        CVE-1          1      KEV 25%  9.9.9",
        "EXPLOIT: KEV = known to be exploited; % = probability within 30 days (EPSS)",
        "",
    ]


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"fix": Fix("open")}, "no fix yet"),
        ({"fix": Fix("fixed", ("1", "2"))}, "1, 2"),
        ({"fix": Fix("wont_fix", ("1",))}, "1 (won't fix)"),
        ({"fix": Fix("open"), "paid_fix": "3"}, "no fix yet, fixed by paid support"),
        ({"epss": EpssScore(0.01, 0.1)}, " 1%       9.9.9"),
        ({"epss": EpssScore(0.009, 0.1)}, "<1%      9.9.9"),
    ],
)
def test_fixes_and_probabilities(changes, end):
    assert row(vulnerability("CVE-1", JINJA, **changes)).endswith(end)


def test_binary_packages_of_one_source_share_a_row():
    both = vulnerability("CVE-1", CLI), vulnerability("CVE-1", LIBSSL)
    assert lines_of(*both)[1] == "openssl 3.0.11-1~deb12u2  deb: libssl3, openssl"
    assert sum("CVE-1" in line for line in lines_of(*both)) == 1
    other = replace(both[1], fix=Fix("open"))
    assert sum("CVE-1" in line for line in lines_of(both[0], other)) == 2


def test_where_a_package_is():
    assert lines_of(vulnerability("CVE-1", CLI))[1] == "openssl 3.0.11-1~deb12u2  deb"
    two = vulnerability("CVE-1", LOG4J, paths=("b.jar", "a.jar"))
    assert lines_of(two)[1].endswith("maven: a.jar and 1 more")
    assert lines_of(replace(two, location=Location("Dockerfile", 3)))[1].endswith("maven: Dockerfile:3")
    located = vulnerability("CVE-1", CLI, location=Location("Dockerfile", 3))
    assert lines_of(located)[1] == "openssl 3.0.11-1~deb12u2  deb: Dockerfile:3"
    binary = vulnerability("CVE-1", LIBSSL, location=Location("Dockerfile", 3))
    assert lines_of(binary)[1] == "openssl 3.0.11-1~deb12u2  deb: libssl3, Dockerfile:3"


def test_a_package_of_another_root_is_there():
    own, inner = "var/lib/dpkg/status", "srv/old/var/lib/dpkg/status"
    assert lines_of(vulnerability("CVE-1", CLI, paths=(inner,)))[1] == "openssl 3.0.11-1~deb12u2  deb in /srv/old"
    assert lines_of(vulnerability("CVE-1", LIBSSL, paths=(inner,)))[1].endswith("deb in /srv/old: libssl3")
    assert lines_of(vulnerability("CVE-1", CLI, paths=(own, inner)))[1].endswith("  deb")


def test_negligible_findings_are_counted_unless_they_are_exploited():
    small = vulnerability("CVE-1", JINJA, severity="negligible")
    assert lines_of(small)[2].split() == ["negligible", "1", "finding", "(--all", "lists", "them)"]
    assert "CVE-1" in row(small, verbose=True)
    assert "CVE-1" in row(replace(small, kev=True))


def test_the_kernel_is_summed_up():
    kernel = vulnerability("CVE-1", KERNEL, kev=True), vulnerability("CVE-2", KERNEL, severity="low")
    assert [line.strip() for line in lines_of(*kernel)[2:4]] == [
        "1 high, 1 low, 1 of them exploited",
        "of the kernel, which a container shares with its host (--all)",
    ]
    assert "CVE-2" in lines_of(*kernel, verbose=True)[3]


def test_a_long_fix_continues_below():
    found = vulnerability("CVE-1", JINJA, fix=Fix("fixed", ("1" * 30, "2" * 30)))
    lines = lines_of(found, width=80)
    assert lines[2].split() == ["5.0", "high", "CVE-1", "1"]
    assert lines[3] == " " * 21 + "1" * 30 + ","
    assert lines[4] == " " * 21 + "2" * 30
    assert row(found).endswith("2" * 30)


def test_other_severities_are_not_listed():
    assert lines_of(vulnerability("CVE-1", JINJA), severities=frozenset(("low",))) == []


def layer(number, step="COPY . /", **fields):
    return Layer(number, "", "", 1, step, lambda: None, **fields)


def test_the_build_steps_of_the_layers():
    found = vulnerability("CVE-1", JINJA, layer=0), vulnerability("CVE-2", JINJA, layer=2)
    layers = (layer(0), layer(1), layer(2, "", instruction=Location("Dockerfile", 7)))
    assert [line for line in lines_of(*found, layers=layers) if line.startswith("LAYER ")] == [
        "LAYER 0: COPY . /",
        "LAYER 2: Dockerfile:7",
    ]


def test_many_layers_are_cut_short():
    numbers = range(MAX_LAYERS + 2)
    found = [vulnerability(f"CVE-{number}", JINJA, layer=number) for number in numbers]
    layers = tuple(layer(number) for number in numbers)
    assert lines_of(*found, layers=layers)[-2] == "and 2 more layers (--all lists them)"
    assert not any("more layers" in line for line in lines_of(*found[:MAX_LAYERS], layers=layers))
    steps = [line for line in lines_of(*found, layers=layers, verbose=True) if line.startswith("LAYER")]
    assert len(steps) == MAX_LAYERS + 2


def test_a_vulnerability_of_one_package_in_several_layers_has_one_row():
    found = [vulnerability("CVE-1", JINJA, layer=number) for number in (3, 0, 12)]
    assert [line.split()[3:5] for line in lines_of(*found) if "CVE-1" in line] == [["0", "+2"]]
    assert [line.split()[3] for line in lines_of(*found[1:]) if "CVE-1" in line] == ["0,12"]


def test_confidence_is_marked_and_explained():
    likely = vulnerability("CVE-1", JINJA, confidence="likely")
    assert row(likely).startswith("~ ")
    assert "~ likely; the others are confirmed" in lines_of(likely)
    assert not any("confirmed" in line for line in lines_of(vulnerability("CVE-1", JINJA)))
    both = likely, vulnerability("CVE-2", JINJA, confidence="possible")
    assert "~ likely, ? possible: not counted by gates; the others are confirmed" in lines_of(*both, verbose=True)
    assert [line[0] for line in lines_of(*both, verbose=True)[2:4]] == ["~", "?"]


def test_possible_findings_are_counted_beside_the_others_of_their_package():
    sure = vulnerability("CVE-1", JINJA, risk=1.0)
    possible = [vulnerability(f"CVE-{number}", JINJA, confidence="possible", risk=9.0) for number in (2, 3)]
    lines = lines_of(sure, *possible)
    assert lines[2].endswith("9.9.9") and "CVE-1" in lines[2]
    assert lines[3].split() == ["2", "possible", "findings", "(--all", "lists", "them)"]
    assert sum("CVE-" in line for line in lines) == 1
    assert sum("CVE-" in line for line in lines_of(sure, *possible, verbose=True)) == 3


def test_packages_with_nothing_but_possible_findings_are_one_line():
    sure, possible = (
        vulnerability("CVE-1", JINJA),
        [vulnerability("CVE-2", package, confidence="possible") for package in (LOG4J, CLI)],
    )
    folded = f"2 more packages with 2 possible findings: {CLI.name}, {LOG4J.name} (--all lists them)"
    assert folded in lines_of(sure, *possible)
    assert lines_of(*possible) == [folded, ""]


def test_a_possible_finding_that_is_exploited_is_listed():
    exploited = vulnerability("CVE-1", JINJA, confidence="possible", kev=True)
    assert row(exploited).startswith("? ")


def planned(*findings, **plan):
    known = Plan(len(findings), 0, 0, (), (), (), **plan)
    report = replace(BASE, findings=findings, image=replace(BASE.image, layers=()), plan=known)
    return report, known


def titles(report, **options):
    lines = vulnerability_lines(report, ReportOptions(width=0, **options))
    return ["".join(text for text, _ in line) for line in lines][1]


@pytest.mark.parametrize(("removes", "end"), [(2, "→ 3.1.3 fixes all"), (1, "→ 3.1.3 fixes 1 of 2")])
def test_a_package_has_the_version_that_fixes_its_findings(removes, end):
    report, plan = planned(vulnerability("CVE-1", JINJA), vulnerability("CVE-2", JINJA))
    upgrade = Upgrade("Jinja2", "3.0.1", "3.1.3", removes, JINJA.purl)
    action = Action("pip", "", "dockerfile", "pip install Jinja2==3.1.3", (upgrade,), removes)
    assert titles(replace(report, plan=replace(plan, actions=(action,)))).startswith(f"Jinja2 3.0.1 {end}  pypi: ")


def test_of_a_copy_within_another_package_that_one_is_upgraded():
    report, _ = planned(vulnerability("CVE-1", JINJA), bundled={JINJA.purl: "flask"})
    assert titles(report).startswith("Jinja2 3.0.1 → upgrade flask, which contains it  pypi: ")


def test_rows_beyond_the_first_are_counted_unless_they_are_urgent():
    calm = [vulnerability(f"CVE-{number}", JINJA, risk=50 - number) for number in range(MAX_ROWS + 3)]
    urgent = [vulnerability("CVE-98", JINJA, risk=1, severity="critical"), vulnerability("CVE-99", JINJA, risk=1, kev=True)]
    lines = lines_of(*calm, *urgent)
    assert sum("CVE-" in line for line in lines) == MAX_ROWS + 2
    assert all(any(id in line for line in lines) for id in ("CVE-98", "CVE-99"))
    assert "         and 3 high more (--all)" in lines
    assert sum("CVE-" in line for line in lines_of(*calm, *urgent, verbose=True)) == MAX_ROWS + 5


def test_packages_beyond_the_first_are_counted_unless_they_are_urgent():
    packages = [replace(JINJA, name=f"package{number:02}") for number in range(MAX_GROUPS + 4)]
    found = [vulnerability("CVE-1", package, risk=50 - number) for number, package in enumerate(packages)]
    found[-1] = replace(found[-1], severity="critical")
    lines = lines_of(*found)
    assert "3 more packages with 3 findings: 3 high (--all)" in lines
    assert any(line.startswith(packages[-1].name) for line in lines)
    assert sum("CVE-1" in line for line in lines_of(*found, verbose=True)) == MAX_GROUPS + 4


def test_titles_of_urgent_findings_and_with_all_of_every_one_with_its_address():
    text = "A long name\x1b[2J of a host overflows a buffer while the library talks to a proxy of another kind than usual"
    calm, urgent = (vulnerability("CVE-1", JINJA, severity=severity, summary=text) for severity in ("high", "critical"))

    def about(finding, **options):
        lines = vulnerability_lines(replace(BASE, findings=(finding,)), ReportOptions(width=80, **options))
        return [line for line in ("".join(part for part, _ in line) for line in lines) if line.startswith("         ")]

    assert about(calm) == []
    (title,) = about(urgent)
    assert len(title) <= 80
    assert title.endswith(" …")
    assert "\x1b" not in title
    assert about(calm, verbose=True) == [title, f"{ADDRESS}CVE-1"]
    assert about(replace(urgent, summary="")) == []
