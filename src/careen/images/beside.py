"""Whether the documents attached to images are requested. Most scans do not, and then their readers are not imported."""

from typing import TYPE_CHECKING

from ..plugins import OpenContext

if TYPE_CHECKING:
    from .referrers import Asked


def asked_beside(context: OpenContext) -> "Asked | None":
    """The request for attached documents; None if there is none. Raises UsageError if a trusted key is not a public
    key, or the policy of signatures is invalid.
    """
    if not any(context.settings.get(name) for name in ("referrers", "trust_key", "require_signature", "trust")):
        return None
    from .referrers import asked_of

    return asked_of(context.settings)
