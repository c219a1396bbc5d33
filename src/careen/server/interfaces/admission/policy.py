"""What a project requires of images that run, by namespace: the part ``admission`` of its settings."""

from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct

Word = Literal["verdict", "not_assessed", "kev", "critical", "high", "medium", "low"]
SEVERITIES = ("critical", "high", "medium", "low")


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """``deny``: ``verdict`` is an image whose own policy failed or could not be decided, a severity means it or worse.

    ``unknown`` is about images that were never assessed, ``tags`` about references that name no digest.
    """

    mode: Literal["enforce", "warn", "off"] = "warn"
    deny: tuple[Word, ...] = ("verdict",)
    unknown: Literal["warn", "refuse"] = "warn"
    tags: Literal["warn", "refuse"] = "warn"
    max_age_days: float | None = None  # of the verdict; an older one counts as unknown


class Admission(Struct, frozen=True, forbid_unknown_fields=True):
    """``namespaces``: names or patterns; the first that matches decides. ``on_error``: if nothing can be decided."""

    rules: Rules = Rules()
    namespaces: dict[str, Rules] = {}
    on_error: Literal["allow", "refuse"] = "allow"


class OfProject(Struct, frozen=True):
    admission: Admission = Admission()


def rules_of(settings: Admission, namespace: str) -> Rules:
    return next((rules for name, rules in settings.namespaces.items() if fnmatchcase(namespace, name)), settings.rules)
