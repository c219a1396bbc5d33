"""TODO: the misconfiguration in one sentence, as NAME."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for rule in manifests.rules:
        if "todo" in rule.verbs:
            yield at(rule, "TODO: what this rule allows", "verbs")


CHECK = Check(
    id="ID",
    title="TODO: what is wrong with NAME",
    severity="low",
    why="TODO: what an attacker or an accident gains by it.",
    fix="TODO: the smallest change that removes it.",
    references=("TODO: CWE-…, CIS Docker …, or an address",),
    inspect=inspect,
    default=False,  # TODO: remove this line when the check is done
)
