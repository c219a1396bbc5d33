"""World-writable file (chmod 777)."""

import re
from collections.abc import Iterator

from careen.checks.steps import modes_set
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for mode, place in modes_set(document):
        if _open(mode) and not _sticky(mode):
            yield place


def _open(mode: str) -> bool:
    """Whether the mode lets others write: 777, o+w, a=rwx."""
    if re.fullmatch(r"[0-7]{3,5}", mode):
        return bool(int(mode[-1]) & 2)
    return any(
        re.fullmatch(r"(?:[ug]*[oa][ugoa]*|)[+=][rxXst]*w[rwxXst]*", part) is not None and part[0] not in "+="
        for part in mode.split(",")
    )


def _sticky(mode: str) -> bool:
    return re.fullmatch(r"0*1[0-7]{3}", mode) is not None or "t" in mode


CHECK = Check(
    id="DKR-013",
    title="World-writable file (chmod 777)",
    severity="high",
    why="Any process of the container can change programs, configuration or scripts, including those that root runs.",
    fix="Make the user that writes the file its owner (COPY --chown), with mode 755 or 644.",
    references=(
        "CIS Docker 1.6, 4.8",
        "CWE-732",
    ),
    inspect=inspect,
)
