"""Which checks run, and with which severity, by the settings."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.model.advisory import Severity
from careen.plugins import Check
from careen.safety.pattern import pattern

ID = pattern(r"[A-Z][A-Z0-9]{1,9}(?:-[A-Z][A-Z0-9]{0,9})?-\d{1,5}")


class Tuning(Struct, frozen=True):
    off: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = {}


def tuned(checks: Sequence[Check], tuning: Tuning) -> tuple[Check, ...]:
    """The checks that run, with the severities of the settings."""
    wanted = [check for check in checks if (check.default or check.id in tuning.on) and check.id not in tuning.off]
    return tuple(replace(check, severity=tuning.severities.get(check.id, check.severity)) for check in wanted)
