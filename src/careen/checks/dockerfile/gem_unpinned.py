"""gem version is not pinned."""

from collections.abc import Iterator

from careen.checks.steps import installs, of_call, unpinned
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in installs(document, "gem"):
        names = [spec.text for spec in unpinned(package)]
        after = call.command.words.index("--") if "--" in call.command.words else len(call.command.words)
        names = [name for name in names if name in call.command.words[:after]]  # the rest are options of the compiler
        if names and not package.options.has("-v", "--version"):
            yield of_call(call, f"gem installs {', '.join(names[:5])}")


CHECK = Check(
    id="DKR-072",
    title="gem version is not pinned",
    severity="low",
    why=(
        "The build installs the latest version of that day: what was tested is not what is built, and a compromised "
        "release is installed at once."
    ),
    fix="Pin the version: gem install bundler:2.5.23, or -v.",
    references=(
        "CWE-1357",
        "Hadolint DL3028",
    ),
    inspect=inspect,
)
