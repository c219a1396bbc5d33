"""go install version is not pinned."""

from collections.abc import Iterator

from careen.checks.steps import of_call, unpinned
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.shell.package_specs import go_spec
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in document.package_calls("go"):
        specs = list(unpinned(package))
        if package.action == "execute":
            specs = [spec for spec in map(go_spec, package.options.words[1:2]) if not spec.constrained]
        if specs:
            yield of_call(call, f"go {package.options.words[0]} {specs[0].text}")


CHECK = Check(
    id="DKR-073",
    title="go install version is not pinned",
    severity="low",
    why="The build installs the newest commit or release of that day: what was tested is not what is built.",
    fix="Pin the version: go install example.com/cmd@v1.2.3.",
    references=(
        "CWE-1357",
        "Hadolint DL3062",
    ),
    inspect=inspect,
)
