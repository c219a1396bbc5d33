"""pip package version is not pinned."""

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
    title="pip package version is not pinned",
    severity="low",
    why=(
        "The build installs the latest version of that day: what was tested is not what is built, and a compromised "
        "release is installed at once."
    ),
    fix="Pin the version: pip install requests==2.32.3, or -r with pinned lines.",
    references=(
        "CWE-1357",
        "Hadolint DL3013",
    ),
    inspect=inspect,
)
