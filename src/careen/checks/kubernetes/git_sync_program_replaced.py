"""git-sync runs another program as git."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, flags
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        for index, variable in enumerate(container.node.maps("env")):
            if variable.text("name") in ("GITSYNC_GIT", "GIT_SYNC_GIT"):
                yield at(container, f"names its git in {variable.text('name')}", "env", index)
        if "git-sync" in container.image and "git" in flags(container):
            yield at(container, "names its git in --git", "args")


CHECK = Check(
    id="K8S-294",
    title="git-sync runs another program as git",
    severity="medium",
    why="git-sync runs the named program with the credentials of the repository: a small change of a manifest runs any code.",
    fix="Remove GITSYNC_GIT and --git.",
    references=("CWE-94",),
    inspect=inspect,
)
