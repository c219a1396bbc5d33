"""Container runs as root."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.images.user_name import is_root
from careen.plugins import Check, Place

_DEFAULT = re.compile(r"\$\{\w{1,100}:?-([^{}$]{0,100})\}")  # of a variable that nothing in the file sets


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields the user of the last stage, its own or inherited from the stage that it builds on, if it is root."""
    if not document.stages:
        return
    for stage in document.lineage(document.stages[-1]):
        users = stage.of("USER")
        if users:
            user = _DEFAULT.sub(r"\1", users[-1].resolve(users[-1].instruction.text, document.escape))
            if _is_root(user):
                yield of_step(users[-1], f"USER {user or 'is empty'} is the last user of the image")
            return


def _is_root(user: str) -> bool:
    name = user.strip().partition(":")[0].strip()
    if name.rpartition("\\")[2].lower() in ("containeradministrator", "administrator"):
        return True  # on Windows
    return not name or is_root(name)


CHECK = Check(
    id="DKR-001",
    title="Container runs as root",
    severity="high",
    why=(
        "An attacker who breaks into the container is root: one more vulnerability in the kernel, the runtime or a "
        "mount gives control of the host."
    ),
    fix="End the last stage with USER and a numeric id other than 0; use USER root only for the steps that need it.",
    references=(
        "CIS Docker 1.6, 4.1",
        "CWE-250",
        "Hadolint DL3002",
        "Trivy DS-0002",
        "Checkov CKV_DOCKER_8",
    ),
    inspect=inspect,
)
