from msgspec.structs import replace
from tests.support.reports import JINJA, clean, faulty, usual, vulnerability
from tests.support.written import written

from careen.model.plan import Action, Plan, Upgrade
from careen.output.escape import columns
from careen.reports.tree import MAX_ROWS, MAX_SUBJECTS, REPORTER


def test_layers_packages_and_findings():
    assert written(REPORTER, replace(usual(), findings=usual().findings[3:5]), width=0).splitlines()[:9] == [
        "registry.example/shop/service:1.4",
        "├─ layer 0: COPY . /",
        "├─ layer 1: COPY . /  [1 medium]",
        "│  └─ pypi Jinja2 3.0.1  [1 medium]",
        "│     └─ medium     CVE-2024-22195 → 3.1.3",
        "├─ layer 2: COPY . /  [1 critical]",
        "│  └─ maven org.apache.logging.log4j:log4j-core 2.14.1  [1 critical]",
        "│     └─ critical   CVE-2021-44228 → 2.15.0, 2.12.2, 2.3.1  Remote code execution through look-ups in logged text",
        "└─ Assessed in part only",
    ]


def test_files_have_their_lines():
    lines = written(REPORTER, faulty(), width=0).splitlines()
    assert "      ├─ high       DKR-001 line 7  Container runs as root: USER root" in lines


def test_a_package_has_the_version_of_the_plan():
    action = Action("pip", "", "dockerfile", "…", (Upgrade("Jinja2", "3.0.1", "3.1.6", 1, JINJA.purl),), 1)
    report = replace(usual(), plan=Plan(1, 0, 0, (action,), (), ()))
    assert "pypi Jinja2 3.0.1 → 3.1.6" in written(REPORTER, report)


def test_long_lists_are_counted():
    packages = [replace(JINJA, name=f"package{number}") for number in range(MAX_SUBJECTS + 3)]
    found = [vulnerability(f"CVE-{number}", packages[0], risk=90.0) for number in range(MAX_ROWS + 2)]
    found += [vulnerability("CVE-X", package) for package in packages[1:]]
    report = replace(clean(), findings=tuple(found))
    out = written(REPORTER, report)
    assert "and 2 more  [2 high] (--all)" in out
    assert "and 3 more entries  [3 high] (--all)" in out
    assert "more" not in written(REPORTER, report, verbose=True)


def test_the_end_of_a_line_is_cut_and_its_counts_are_not():
    layers = tuple(replace(layer, created_by="RUN " + "x" * 200) for layer in usual().image.layers)
    report = replace(usual(), image=replace(usual().image, layers=layers))
    lines = written(REPORTER, report, width=70).splitlines()
    assert max(map(columns, lines[:-1])) <= 70
    assert any(line.startswith("├─ layer 2: RUN xxx") and line.endswith("…  [1 critical]") for line in lines)
