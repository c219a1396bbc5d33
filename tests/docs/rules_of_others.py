"""The page of other tools' rules, made from ``docs/reference/other-tools.toml``, what that file has, and the table of all
rules of other tools, which ``careen.checks.other_tools`` reads.
"""

import json
import tomllib
from collections.abc import Iterator

from msgspec import Struct, convert
from tests.conftest import ROOT

from careen.plugins import Check, load

SOURCE = ROOT / "docs/reference/other-tools.toml"
NOTE = "<!-- Made by `make golden` from other-tools.toml; tests/docs/test_reference.py fails if they differ. -->\n\n"
MAPS = sorted((ROOT / "tests/acceptance").glob("misconfig*_map.json"))
OF_DOCKERFILES = ("Hadolint", "BuildKit", "Trivy", "Checkov")  # as references name them
NAMES = {  # of tools, as users know them
    "checkov": "Checkov",
    "trivy": "Trivy",
    "kube-linter": "KubeLinter",
    "polaris": "Polaris",
    "Checkov for Terraform": "Checkov",
    "Trivy for Terraform": "Trivy",
}
PAGES = {
    "IMG": "checks-image.md",
    "K8S": "checks-kubernetes.md",
    "NWP": "checks-kubernetes.md",
    "RBC": "checks-kubernetes.md",
    "TFM": "checks-terraform.md",
}

BEFORE = """\
The rules of Checkov and kubescape for Kubernetes, and rules of Checkov and Trivy for Terraform, with the checks of Careen for
the same misconfiguration, or the reason why there is none. Several checks cover one rule where Careen reports its cases apart;
some of them are off by default. The checks themselves may decide otherwise than the rule: they follow the versions of
Kubernetes that are supported today.
[Checks of Kubernetes](checks-kubernetes.md) also names the rules of Trivy, KubeLinter and Polaris at each check, [checks of
Dockerfiles](checks-dockerfile.md) those of Hadolint, BuildKit, Trivy and Checkov.

A role that allows everything has RBC-001 alone, not one finding for each permission. Permissions and owners of files on nodes
(K8S-264, K8S-265) are read from the reports of node collectors, flags of the control plane from its static pods.
"""

AFTER = """\
The list of Checkov is that of version 3.3.30. The lists for Terraform have rules about what containers run on. kubescape's
has the controls up to C-0284 that this project knows, and two later ones. Controls of sandboxes for agents (C-0297 and others)
are about custom resources; where these contain a pod template, all checks of pods apply.
"""


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    what: str
    checks: tuple[str, ...] = ()
    reason: str = ""  # a code of RuleMap.reasons


class RuleMap(Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of each tool by their ids, in the order of the ids."""

    reasons: dict[str, str]
    checkov: dict[str, Rule]
    kubescape: dict[str, Rule]
    checkov_terraform: dict[str, Rule]
    trivy_terraform: dict[str, Rule]

    @property
    def tools(self) -> dict[str, dict[str, Rule]]:
        return {
            "Checkov": self.checkov,
            "kubescape": self.kubescape,
            "Checkov for Terraform": self.checkov_terraform,
            "Trivy for Terraform": self.trivy_terraform,
        }


def rule_map() -> RuleMap:
    return convert(tomllib.loads(SOURCE.read_text("utf-8")), RuleMap)


def page() -> str:
    rules = rule_map()
    out = f"# Rules of other tools\n\n{NOTE}{BEFORE}\n"
    out += "| tool | rules | covered | not covered |\n| --- | --- | --- | --- |\n"
    for tool, by_id in rules.tools.items():
        covered = sum(bool(rule.checks) for rule in by_id.values())
        out += f"| {tool} | {len(by_id)} | {covered} | {len(by_id) - covered} |\n"
    out += "\nWhy a rule is not covered:\n\n" + "".join(f"- *{code}*: {why}\n" for code, why in rules.reasons.items())
    out += f"\n{AFTER}"
    for tool, by_id in rules.tools.items():
        out += f"\n## {tool}\n\n| rule | what it reports | checks |\n| --- | --- | --- |\n" + "".join(_rows(by_id))
    return out


def table_text() -> str:
    """Our checks by rule, by tool, as JSON with a line for each rule."""
    tools = (
        f"{json.dumps(tool)}: {{\n"
        + ",\n".join(f"  {json.dumps(rule)}: {json.dumps(ids)}" for rule, ids in rules.items())
        + "\n}"
        for tool, rules in _table().items()
    )
    return "{" + ",\n".join(tools) + "}\n"


def _table() -> dict[str, dict[str, list[str]]]:
    """Of the lists, of the map of names, and of the references of the checks of Dockerfiles."""
    found: dict[str, dict[str, set[str]]] = {}
    for tool, rule, check in _pairs():
        found.setdefault(NAMES.get(tool, tool), {}).setdefault(rule, set()).add(check)
    return {tool: {rule: sorted(rules[rule]) for rule in sorted(rules)} for tool, rules in sorted(found.items())}


def _pairs() -> Iterator[tuple[str, str, str]]:
    for tool, by_id in rule_map().tools.items():
        yield from ((tool, id, check) for id, rule in by_id.items() for check in rule.checks)
    for path in MAPS:
        for peer, checks in json.loads(path.read_text("utf-8")).items():
            tool, _, rule = peer.partition(":")
            yield from ((tool, rule, check) for check in checks)
    for check in load("careen.checks.dockerfile", "CHECK", Check):
        for reference in check.references:
            tool, _, rule = reference.partition(" ")
            if tool in OF_DOCKERFILES:
                yield tool, rule, check.id


def _rows(by_id: dict[str, Rule]) -> Iterator[str]:
    for id, rule in by_id.items():
        links = ", ".join(f"[{check}]({PAGES[check[:3]]}#{check.lower()})" for check in rule.checks)
        yield f"| {id} | {rule.what} | {links or f'none: *{rule.reason}*'} |\n"
