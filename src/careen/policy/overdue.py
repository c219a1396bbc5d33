"""Reads which findings are overdue: only a service that watches an image knows since when its findings exist.

Shape (JSON): ``{"overdue": [{"vulnerability": ID, "package": PURL}, …]}``, as a server writes it for its project.
Raises: UsageError for any other file.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.errors import UsageError
from careen.safety.typed import from_json

from .gates import Gate, Late

if TYPE_CHECKING:
    from .policy import Policy

MAX_BYTES = 16 << 20


class _Finding(Struct, frozen=True):
    vulnerability: str
    package: str


class _File(Struct, frozen=True):
    overdue: tuple[_Finding, ...]


def read_overdue(file: Path) -> frozenset[Late]:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"{file} is larger than {MAX_BYTES >> 20} MiB", "check --overdue")
        found = from_json(data, _File)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}", "check --overdue") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not a list of overdue findings: {error}", "check --overdue") from None
    return frozenset((finding.vulnerability, finding.package) for finding in found.overdue)


def with_overdue(gates: Iterable[Gate], late: frozenset[Late]) -> tuple[Gate, ...]:
    return tuple(replace(gate, late=late) if gate.overdue else gate for gate in gates)


def counts_overdue(policy: "Policy") -> bool:
    return any(gate.overdue for gate in policy.fail_on)
