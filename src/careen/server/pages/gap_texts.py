"""What to do in a project about each reason of coverage. ``output/gap_meanings.py`` has what it means."""

from careen.output.gap_meanings import meaning_of

UNKNOWN = "Its documentation describes it."
WAIT = "The server fetches advisories every six hours."
OWN = "Provide private advisories (the server's setting advisories), or vouch for the packages in the policy (accept)."
STEPS = {
    "no_database": WAIT,
    "no_advisories": f"{WAIT} {OWN}",
    "unknown_distribution": "Use a supported distribution.",
    "no_package_database": "Keep the package database in the image, or scan it before it is slimmed or flattened.",
    "no_distribution_package": OWN,
    "no_assessed_package": "Write the SBOM with a tool that states package URLs.",
    "shadowed_database": "Keep the package database in the image.",
    "stale_source": f"{WAIT} The overview lists the sources that failed.",
    "no_exploit_data": WAIT,
    "no_lifecycle_data": WAIT,
    "end_of_life": "Move to a supported release.",
    "unscored": "A policy can state as which severity they count (unknown as).",
    "partial_source": f"{WAIT} {OWN}",
    "archive_only": WAIT,
    "unread_archive": "Name another archive in the server's setting archive.",
    "no_source": OWN,
    "unassessed_package": OWN,
    "package_end_of_life": "Replace the packages.",
    "modified_package": "Build the change into a package of your own.",
    "sbom_only": "Scan the image itself.",
    "unidentified_files": "Install them as packages, or vouch for your own in the policy (accept).",
    "origin_version_unknown": "Scan the image with a knowledge base of these projects: --origin-kb.",
    "origin_unread": "Raise the time limit in the server's settings.",
    "no_changelog": "The findings of these packages stay possible, and gates do not count them.",
    "partial_program": "Build them with cargo auditable.",
    "read_by_toc": "Turn off read_toc in the server's settings.",
    "no_packages": "Check that this is the image that you meant.",
    "container_files": "Run careen check on it.",
    "not_asked": "Add the scanner to the server's setting scanners.",
    "inventory_only": "Scan the image itself.",
    "attached_unread": "Scan the image again.",
    "excluded": "Check the server's setting exclude.",
    "unreadable": "The page of the image lists each file with the reason.",
    "over_budget": "Make the image smaller, or raise the limits of the server.",
    "ambiguous_archive": "Build the archive anew.",
    "not_assessed": "The page of the image states why.",
    "unsupported_platform": "Scan the image for Linux.",
    "derived_source": "Nothing.",
    "fixed_only": "Nothing.",
    "limited_support": "Prefer other packages.",
    "no_index": "Check where the packages come from.",
    "not_compared": "Add config to the server's setting scanners.",
    "stand_in": "Nothing.",
    "unknown_channel": "Nothing.",
    "origin_knowledge_small": "Nothing.",
    "origin_reduced": "Nothing.",
    "refresh_failed": WAIT,
    "untrusted_rules": "Review the rules, and make the decisions in this project.",
    "attached_odd": "The page of the image names them.",
}


def texts_of(code: str) -> tuple[str, str]:
    return meaning_of(code), STEPS.get(code, UNKNOWN)
