"""Programs and libraries whose content differs from the one that their package installed.

Source: dpkg(1), ``--verify``; rpm(8), ``--verify``; apk-audit(8).
"""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.model.finding import IntegrityFinding
from careen.model.integrity import ModifiedFile
from careen.plugins import Check, Place
from careen.safety.pattern import pattern

# Programs and libraries that decide who gets which privileges, or that every other program loads.
CRITICAL = pattern(
    r"(?:.*/)?(?:sshd|sshd-session|sudo|su|login|passwd|doas|pkexec|runuser|newgrp|unix_chkpwd"
    r"|ld-linux[^/]*|ld-musl-[^/]*|ld64\.so[^/]*|libc\.so\.6|libc-[\d.]+\.so|libc\.musl-[^/]*"
    r"|lib(?:crypto|ssl|crypt|pam|nss_[a-z]+)(?:-[\d.]+)?\.so[^/]*|security/pam_[^/]*\.so)"
)


def inspect_critical(document: ImageDocument) -> Iterator[Place]:
    return _places(document, critical=True)


def inspect(document: ImageDocument) -> Iterator[Place]:
    return _places(document, critical=False)


def _places(document: ImageDocument, *, critical: bool) -> Iterator[Place]:
    for file in document.integrity.modified:
        if _is_critical(file) == critical:
            message = f"/{file.path} is not the file of {file.package}: its content differs from the recorded digest"
            yield Place(message, path=file.path)


def _is_critical(file: ModifiedFile) -> bool:
    return bool(file.mode & 0o6000) or CRITICAL.fullmatch(file.path) is not None


_FIX = (
    "Install a package with the change instead of editing its files, or put the program below /usr/local. "
    "If nobody changed it on purpose, treat the image as compromised and build it again from a trusted base."
)

CHECKS = (
    Check(
        id="SUP-001",
        title="modified program that decides about privileges",
        severity="high",
        why="It is not the program that the distribution built: its advisories do not cover it, and a changed login, "
        "loader or setuid program is how a backdoor stays.",
        fix=_FIX,
        references=("CWE-353", "CWE-506"),
        inspect=inspect_critical,
        finds=IntegrityFinding,
    ),
    Check(
        id="SUP-002",
        title="modified program or library of a package",
        severity="medium",
        why="It is not the file that the distribution built, or that the project published, so advisories for its package do "
        "not cover it.",
        fix=_FIX,
        references=("CWE-353",),
        inspect=inspect,
        finds=IntegrityFinding,
    ),
)
