"""cargo package version is not pinned."""

from collections.abc import Iterator

from careen.checks.steps import installs, of_call, unpinned
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in installs(document, "cargo"):
        if package.options.has("--version", "--vers", "--git", "--path", "--tag", "--rev"):
            continue
        names = [spec.text for spec in unpinned(package)]
        if names:
            yield of_call(call, f"cargo installs {', '.join(names[:5])}")


CHECK = Check(
    id="DKR-074",
    title="cargo package version is not pinned",
    severity="low",
    why="The build installs the latest release and dependencies of that day: what was tested is not what is built.",
    fix="Pin the version and use the lock file: cargo install --locked name@1.2.3.",
    references=("CWE-1357",),
    inspect=inspect,
)
