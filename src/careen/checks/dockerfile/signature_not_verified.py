"""Package signature verification is disabled."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_call, of_step, read_by_address, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_FLAGS = (
    "--allow-unauthenticated",
    "--force-yes",
    "--allow-insecure-repositories",
    "--allow-untrusted",
    "--nogpgcheck",
    "--no-gpgcheck",
    "--no-gpg-checks",
    "--no-gpgchecks",
    "--allow-unsigned-rpm",
    "--nosignature",
    "--nodigest",
    "--force-bad-verify",
)
_LAX = re.compile(r"(?:gpgcheck=(?:0|false|no)|allowinsecurerepositories=(?:1|true|yes)|allowunauthenticated=(?:1|true|yes))")
_WRITTEN = re.compile(
    r"(?i)\bdeb(?:-src)?\s*\[[^]]*trusted=(?:yes|true|1)|\bgpgcheck\s*=\s*(?:0|false|no)\b|\bSigLevel\s*=\s*(?:Never|TrustAll)\b|"
    r"\b(?:APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories|Acquire::AllowDowngradeToInsecureRepositories)"
    r"\s+\"?(?:yes|true|1)"
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in document.package_calls("apt", "apk", "dnf", "yum", "microdnf", "zypper", "rpm", "dpkg"):
        options = package.options
        found = next((flag for flag in _FLAGS if options.has(flag)), None)
        if found is None:
            values = [value.lower().replace(" ", "") for value in options.values("-o", "--option", "--setopt")]
            found = next((value for value in values if _LAX.search(value)), None)
        if found is not None:
            yield of_call(call, f"{package.program} … {found}")
    for step in document.of("RUN"):
        for command in step.commands:
            text = " ".join((*command.words, *(redirect.target for redirect in command.redirects)))
            if _WRITTEN.search(text):
                yield Place(shown(command.words), command.line, command.end_line)
    for step in document.of("COPY", "ADD"):
        for heredoc in step.instruction.heredocs:
            if written := _WRITTEN.search(heredoc.content):
                yield of_step(step, f"{step.keyword} writes {written[0]}")
    for head, place in read_by_address(document):
        if head.kind == "rpm" and not head.signers:  # a deb file has no signature
            yield place(f"{head.name} {head.version} holds no signature that could be checked")


CHECK = Check(
    id="DKR-008",
    title="Package signature verification is disabled",
    severity="high",
    why=(
        "The signature proves that a package is from the distribution. Without it a mirror, a proxy or an attacker on "
        "the network decides what is installed as root."
    ),
    fix="Remove the flag and import the key of the repository.",
    references=(
        "CIS Docker 1.6, 4.11",
        "CWE-347",
        "Checkov CKV2_DOCKER_7",
        "Checkov CKV2_DOCKER_8",
        "Checkov CKV2_DOCKER_9",
        "Checkov CKV2_DOCKER_10",
        "Checkov CKV2_DOCKER_11",
    ),
    inspect=inspect,
)
