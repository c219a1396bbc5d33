"""Audit policies and Secrets: their use is recorded, their content is not.

The first rule that matches a request decides its level. A rule for some users, verbs or namespaces decides for a part alone.
"""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests, Resource
from careen.plugins import Check, Place

_PARTIAL = ("namespaces", "userGroups", "users", "verbs")


def _omits(manifests: Manifests) -> Iterator[Place]:
    for policy in _policies(manifests):
        for keys, rule in _rules_of_secrets(policy):
            is_partial = any(rule.seq(key) for key in _PARTIAL)
            if rule.text("level") != "None":
                break
            if not is_partial:
                yield at(policy, "records no use of Secrets: the level of this rule is None", *keys)
                break
        else:
            yield at(policy, "has no rule that records the use of Secrets", "rules")


def _copies(manifests: Manifests) -> Iterator[Place]:
    for policy in _policies(manifests):
        for keys, rule in _rules_of_secrets(policy):
            if rule.text("level") in ("Request", "RequestResponse"):
                yield at(policy, f"writes Secrets to the log with level {rule.text('level')}", *keys, "level")
            if not any(rule.seq(key) for key in _PARTIAL):
                break


def _policies(manifests: Manifests) -> Iterator[Resource]:
    return (policy for policy in manifests.of("Policy") if policy.group == "audit.k8s.io")


def _rules_of_secrets(policy: Resource) -> Iterator[tuple[tuple[str | int, ...], Mapping]]:
    for index, rule in enumerate(policy.body.seq("rules")):
        if isinstance(rule, Mapping) and not rule.seq("nonResourceURLs"):
            groups = rule.maps("resources")
            if not groups or any(_has_secrets(group) for group in groups):
                yield ("rules", index), rule


def _has_secrets(group: Mapping) -> bool:
    names = group.texts("resources") or ["*"]
    return not group.text("group") and not group.seq("resourceNames") and not {"*", "secrets"}.isdisjoint(names)


CHECKS = (
    Check(
        id="K8S-287",
        title="Audit policy does not record the use of Secrets",
        severity="medium",
        why="After a break-in nobody can find out which credentials the attacker read.",
        fix="Add a rule with level Metadata for secrets, before the rules with level None.",
        references=("CIS Kubernetes 3.2.2", "CWE-778", "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        inspect=_omits,
    ),
    Check(
        id="K8S-288",
        title="Audit policy writes Secrets to the log",
        severity="high",
        why="The levels Request and RequestResponse record the content: whoever reads the log has the credentials.",
        fix="Add a rule with level Metadata for secrets before this one.",
        references=("CIS Kubernetes 3.2.2", "CWE-532", "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        inspect=_copies,
    ),
)
