"""The codes of coverage reasons, and the effect of each on the verdict.

``EFFECTS`` is the one table behind docs/gates.md ("What passes when"):

blocks       a gate that looks at vulnerabilities cannot be answered: exit code 3
fails        a gate of severity fails: exit code 1
note         the gate passes and the report shows the reason; with ``--strict`` exit code 3
information  shown, and never counted: every package was assessed (``fails_strict`` has the exception)
"""

from typing import Literal

Effect = Literal["blocks", "fails", "note", "information"]

EFFECTS: dict[str, Effect] = {
    # Advisories for packages of the image are missing, or too old to rely on.
    "no_database": "blocks",
    "no_advisories": "blocks",
    "unknown_distribution": "blocks",
    "no_package_database": "blocks",
    "no_distribution_package": "blocks",
    "no_assessed_package": "blocks",
    "shadowed_database": "blocks",
    "stale_source": "blocks",
    "no_exploit_data": "blocks",
    "no_lifecycle_data": "blocks",
    # The release gets no fixes any more.
    "end_of_life": "fails",
    # A part is not assessed.
    "ambiguous_archive": "note",
    "archive_only": "note",
    "as_of_today": "note",
    "attached_unread": "note",
    "excluded": "note",
    "inventory_only": "note",
    "modified_package": "note",
    "no_changelog": "note",
    "no_packages": "note",
    "not_assessed": "note",
    "no_source": "note",
    "not_asked": "note",
    "origin_unread": "note",
    "origin_version_unknown": "note",
    "over_budget": "note",
    "package_end_of_life": "note",
    "partial_program": "note",
    "partial_source": "note",
    "read_by_toc": "note",
    "sbom_only": "note",
    "unassessed_package": "note",
    "unidentified_files": "note",
    "unpinned": "note",
    "unread_address": "note",
    "unread_archive": "note",
    "unread_manifest": "note",
    "unread_repository": "note",
    "unreadable": "note",
    "unresolved": "note",
    "unscored": "note",
    "unsupported_platform": "note",
    # About packages that were assessed, and what another command assesses.
    "attached_odd": "information",
    "container_files": "information",
    "derived_source": "information",
    "fixed_only": "information",
    "limited_support": "information",
    "no_index": "information",
    "not_compared": "information",
    "origin_knowledge_small": "information",
    "origin_reduced": "information",
    "refresh_failed": "information",
    "stand_in": "information",
    "unknown_channel": "information",
    "untrusted_rules": "information",
}
# Information that fails ``--strict``. A strict scan compares programs itself, so that only a stored report can have
# this.
_STRICT = frozenset(("not_compared",))
MADE_BY_GATES = frozenset(
    ("no_exploit_data", "no_lifecycle_data", "unscored")
)  # found when a gate is evaluated, not when packages are assessed
# What ``--accept`` cannot accept, and what to do instead.
NOT_ACCEPTED = {
    "no_database": "careen db update fetches one; --scanners secret,config does not need one",
    "not_asked": "name the scanner with --scanners",
    "read_by_toc": "leave out --read-toc, so that layers are read whole",
    "unscored": "--unknown-as SEVERITY sets how unrated findings count",
}


def effect_of(code: str) -> Effect:
    """The effect of a reason's code. Unknown codes, which plugins may use, are notes."""
    return EFFECTS.get(code, "note")


def fails_strict(code: str) -> bool:
    return effect_of(code) != "information" or code in _STRICT
