"""A project's requirements for images that run, by namespace: the key ``admission`` of its settings."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from msgspec import Meta, Struct

Word = Literal["verdict", "not_assessed", "kev", "critical", "high", "medium", "low"]
SEVERITIES = ("critical", "high", "medium", "low")


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """What is denied. In ``deny``, ``verdict`` means images whose own policy failed or could not be decided; a severity
    means findings of that or a higher severity. ``unknown`` is about images that were never assessed, ``tags`` about
    references without a digest.
    """

    mode: Literal["enforce", "warn", "off"] = "warn"
    deny: Annotated[tuple[Word, ...], Meta(max_length=7)] = ("verdict",)
    unknown: Literal["warn", "refuse"] = "warn"
    tags: Literal["warn", "refuse"] = "warn"
    max_age_days: Annotated[float, Meta(ge=0, le=3650)] | None = None  # an older verdict passes no more


class Admission(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of admission. ``namespaces`` are names or patterns, of which the first match counts. ``on_error``
    states what happens if nothing can be decided.
    """

    rules: Rules = Rules()
    namespaces: Annotated[dict[str, Rules], Meta(max_length=200)] = {}
    on_error: Literal["allow", "refuse"] = "allow"


class OfProject(Struct, frozen=True):
    admission: Admission = Admission()


def rules_of(settings: Admission, namespace: str) -> Rules:
    return next((rules for name, rules in settings.namespaces.items() if fnmatchcase(namespace, name)), settings.rules)
