"""Whether what lies beside images is wanted: by most scans it is not, and then nothing that reads it is imported."""

from typing import TYPE_CHECKING

from ..plugins import OpenContext

if TYPE_CHECKING:
    from .referrers import Asked


def asked_beside(context: OpenContext) -> "Asked | None":
    """Raises UsageError where a key that is to be trusted is none."""
    if not context.settings.get("referrers") and not context.settings.get("trust_key"):
        return None
    from .referrers import asked_of

    return asked_of(context.settings)
