"""pip packages are not pinned to a version."""

from collections.abc import Iterator

from careen.checks.steps import installs, of_call, unpinned
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in installs(document, "pip", "pipx"):
        if package.options.has("-c", "--constraint"):
            continue
        names = [spec.text for spec in unpinned(package)]
        if names:
            yield of_call(call, f"{package.program} installs {', '.join(names[:5])}{' …' if len(names) > 5 else ''}")


CHECK = Check(
    id="DKR-070",
    title="pip packages are not pinned to a version",
    severity="low",
    why=(
        "The build takes what the repository holds that day: what was tested is not what is built, and a taken-over "
        "package comes in at once."
    ),
    fix="Name the version: pip install requests==2.32.3, or -r with pinned lines.",
    references=(
        "CWE-1357",
        "Hadolint DL3013",
    ),
    inspect=inspect,
)
