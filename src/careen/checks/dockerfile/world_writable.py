"""Files are made world-writable."""

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
    """The others' write bit: 777, o+w, a=rwx."""
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
    title="Files are made world-writable",
    severity="high",
    why="Any process of the container may then change them: programs, configuration and scripts that root runs too.",
    fix="Give the one account that writes the file ownership (COPY --chown) and keep 755 or 644.",
    references=(
        "CIS Docker 1.6, 4.8",
        "CWE-732",
    ),
    inspect=inspect,
)
