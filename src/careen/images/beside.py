"""Whether the documents beside images are wanted: most scans do not want them, and then their readers are not imported."""

from typing import TYPE_CHECKING

from ..plugins import OpenContext

if TYPE_CHECKING:
    from .referrers import Asked


def asked_beside(context: OpenContext) -> "Asked | None":
    """Raises UsageError if a trusted key is not a public key."""
    if not context.settings.get("referrers") and not context.settings.get("trust_key"):
        return None
    from .referrers import asked_of

    return asked_of(context.settings)
