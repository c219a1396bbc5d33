"""Binding to a role that is not in these manifests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests, built_in
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for binding in manifests.bindings:
        reference = binding.body.map("roleRef")
        if not built_in(binding.name) and not built_in(reference.text("name")) and rbac.role_of(manifests, binding) is None:
            yield at(binding, f"is to {reference.text('kind')} {reference.text('name')}, which is not here", "roleRef")


CHECK = Check(
    id="RBC-022",
    title="Binding to a role that is not in these manifests",
    severity="negligible",
    why="Its permissions cannot be checked, and whoever can create the role decides them.",
    fix="Check the manifests of the role together with the binding.",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    inspect=inspect,
    default=False,
)
