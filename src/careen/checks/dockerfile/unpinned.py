"""Packages without a pinned version."""

from collections.abc import Iterator
from functools import partial

from careen.checks.steps import installs, of_call, unpinned
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_WHY = (
    "The build installs the latest version of that day: what was tested is not what is built, and a compromised "
    "release is installed at once."
)


def _installs(tools: tuple[str, ...], document: Dockerfile) -> Iterator[Place]:
    for call, package in installs(document, *tools):
        names = [spec.text for spec in unpinned(package)]
        if names:
            yield of_call(call, f"{package.program} installs {', '.join(names[:5])}{' …' if len(names) > 5 else ''}")


CHECKS = (
    Check(
        id="DKR-065",
        title="apt package version is not pinned",
        severity="low",
        why=_WHY,
        fix="Pin the version: apt-get install nginx=1.22.1-9.",
        references=("CWE-1357", "Hadolint DL3008"),
        inspect=partial(_installs, ("apt",)),
    ),
    Check(
        id="DKR-066",
        title="apk package version is not pinned",
        severity="low",
        why=_WHY,
        fix="Pin the version: apk add nginx=1.26.2-r0, or nginx~1.26.",
        references=("CWE-1357", "Hadolint DL3018"),
        inspect=partial(_installs, ("apk",)),
    ),
    Check(
        id="DKR-067",
        title="yum package version is not pinned",
        severity="low",
        why=_WHY,
        fix="Pin the version: yum install httpd-2.4.6.",
        references=("CWE-1357", "Hadolint DL3033"),
        inspect=partial(_installs, ("yum",)),
    ),
    Check(
        id="DKR-068",
        title="dnf package version is not pinned",
        severity="low",
        why=_WHY,
        fix="Pin the version: dnf install httpd-2.4.62.",
        references=("CWE-1357", "Hadolint DL3041"),
        inspect=partial(_installs, ("dnf", "microdnf")),
    ),
    Check(
        id="DKR-069",
        title="zypper package version is not pinned",
        severity="low",
        why=_WHY,
        fix="Pin the version: zypper install httpd=2.4.58.",
        references=("CWE-1357", "Hadolint DL3037"),
        inspect=partial(_installs, ("zypper",)),
    ),
    Check(
        id="DKR-071",
        title="npm package version is not pinned",
        severity="low",
        why=_WHY,
        fix="Pin the version: npm install express@4.21.2.",
        references=("CWE-1357", "Hadolint DL3016"),
        inspect=partial(_installs, ("npm", "yarn", "pnpm")),
    ),
)
