"""Third-party package repository is added."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_call, read_by_address, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_LIST = re.compile(r"^/etc/(?:apt/sources\.list(?:\.d/.*)?|yum\.repos\.d/.*|zypp/repos\.d/.*|apk/repositories)$")


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("add-apt-repository", "apt-add-repository", "yum-config-manager", "apt-key"):
        words = call.command.words
        if call.command.program == "apt-key" and "add" not in words and "adv" not in words:
            continue
        if call.command.program != "yum-config-manager" or any("--add-repo" in word for word in words):
            yield of_call(call, shown(words))
    for call, package in document.package_calls("dnf", "yum", "zypper", "apk"):
        adds = package.action in ("config-manager", "copr", "addrepo", "ar") and "--set-enabled" not in package.options.flags
        if adds or (package.tool == "apk" and package.options.has("-X", "--repository")):
            yield of_call(call, shown(call.command.words))
    for step in document.of("RUN"):
        for command in step.commands:
            places = [redirect.target for redirect in command.redirects if ">" in redirect.operator]
            places += command.words[1:] if command.program == "tee" else ()
            found = next((place for place in places if _LIST.search(place)), None)
            if found is not None:
                yield Place(f"writes {found}", command.line, command.end_line)
    for head, place in read_by_address(document):
        if head.is_repository:
            yield place(f"{head.name} {head.version} brings {', '.join(head.repositories[:3])}")


CHECK = Check(
    id="DKR-099",
    title="Third-party package repository is added",
    severity="low",
    why="The owner of the repository can replace any package of the system, without any review by the distribution.",
    fix="Restrict it to the packages that are needed (apt pinning, includepkgs), and set its key (signed-by, gpgkey).",
    references=(
        "CWE-829",
        "CIS Docker 1.6, 4.11",
    ),
    inspect=inspect,
)
