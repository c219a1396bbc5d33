"""Whether the documents beside images are wanted: most scans do not want them, and then their readers are not imported."""

from typing import TYPE_CHECKING

from ..plugins import OpenContext

if TYPE_CHECKING:
    from .referrers import Asked


def asked_beside(context: OpenContext) -> "Asked | None":
    """Raises UsageError if a trusted key is not a public key, or the policy of signatures is not one."""
    if not any(context.settings.get(name) for name in ("referrers", "trust_key", "require_signature", "trust")):
        return None
    from .referrers import asked_of

    return asked_of(context.settings)
