"""The numbers that feeds write in place of a version if no version has the fix: ``99.999.9999``, ``999.999.999``."""

from careen.safety.pattern import pattern

_NEVER = pattern(r"9{2,3}\.9{2,3}\.9{3,5}")


def is_never(version: str | None) -> bool:
    return version is not None and _NEVER.fullmatch(version) is not None
