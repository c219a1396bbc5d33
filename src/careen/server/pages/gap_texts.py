"""What each reason of coverage means in a project, and what to do about it. ``docs/gates.md`` states what it does to gates."""

UNKNOWN = ("a reason of a plugin", "Its documentation describes it.")
WAIT = "The server fetches advisories every six hours."
OWN = "Private advisories (the server's setting advisories) assess them, or vouch for them in the policy (accept)."
TEXTS = {
    "no_database": ("there is no advisory database yet", WAIT),
    "no_advisories": ("no source has advisories for packages of this kind or release", f"{WAIT} {OWN}"),
    "unknown_distribution": ("no source covers their distribution, or the image names none", "Use a supported distribution."),
    "no_package_database": (
        "the image has files of a distribution and no package database",
        "Keep the package database in the image, or scan it before it is slimmed or flattened.",
    ),
    "no_distribution_package": ("the advisories of the distribution assess none of its packages", OWN),
    "shadowed_database": ("a layer deleted or emptied the package database", "Keep it in the image."),
    "stale_source": ("the data that assesses them is too old", f"{WAIT} The overview lists sources in trouble."),
    "no_exploit_data": ("a gate needs data about exploits that is not loaded", WAIT),
    "no_lifecycle_data": ("it is not known whether the release gets security updates", WAIT),
    "end_of_life": ("their release gets no security updates", "Move to a supported release."),
    "unscored": ("some findings have no severity", "Policies can set how these count (unknown as)."),
    "partial_source": ("a source covers some packages of the release", f"{WAIT} {OWN}"),
    "archive_only": ("only facts of the distribution's archive are known, which name fixes alone", WAIT),
    "unread_archive": ("an archive of the distribution could not be read", "The server's setting archive names others."),
    "no_source": ("no source covers them: private, or built by third parties", OWN),
    "unassessed_package": ("no source knows these packages, or their versions cannot be compared", OWN),
    "package_end_of_life": ("the distribution supports them no longer", "Replace them."),
    "modified_package": (
        "files of the distribution's packages have other content than it records",
        "Build the change into a package of your own.",
    ),
    "sbom_only": ("the SBOM of another tool lists packages and nothing else", "Scan the image itself."),
    "unidentified_files": (
        "programs and libraries that no package owns and no rule identifies",
        "Install them as packages, or vouch for your own in the policy (accept).",
    ),
    "origin_unread": ("the time to compare code by its content was used up", "Raise the limit of time of the server."),
    "no_changelog": (
        "the image lacks changelogs that tell which fixes are in",
        "Its findings stay possible, and gates pass them.",
    ),
    "partial_program": ("programs of Rust of which not all crates are known", "Build them with cargo auditable."),
    "read_by_toc": ("a layer was read by its table of contents", "Turn off read_toc in the server's settings."),
    "no_packages": ("nothing to assess was found", "Check that it is the image that you meant."),
    "not_asked": ("this part of the scan was not asked for", "Name the scanner in the server's settings."),
    "inventory_only": ("there are packages, and no image to look into", "Scan the image itself."),
    "attached_unread": ("what the registry attaches to the image could not be read", "Scan the image again."),
    "excluded": ("the settings leave it out", "Look at the setting exclude."),
    "unreadable": ("files or layers could not be read", "The page of the image names each file and why."),
    "over_budget": (
        "a limit of time, memory or size was reached",
        "Make the image smaller, or raise the limits of the server.",
    ),
    "ambiguous_archive": ("tools read the bytes of an archive differently", "Build the archive anew."),
    "not_assessed": ("it was read and not assessed", "The page of the image says why."),
    "unsupported_platform": ("an image of a platform that is not read", "Scan the image of Linux."),
    "derived_source": ("a feed was made of other data; the packages were assessed", "Nothing."),
    "fixed_only": ("the source names fixed vulnerabilities alone; the packages were assessed", "Nothing."),
    "limited_support": ("the distribution supports them in part; they were assessed", "Prefer other packages."),
    "no_index": ("no index of the release offers them; they were assessed", "Check where they come from."),
    "not_compared": ("programs were not compared with what their packages record", "Add config to the scanners of the server."),
    "stand_in": ("advisories of a related release assessed them", "Nothing."),
    "unknown_channel": ("the channel of the distribution is not known; they were assessed", "Nothing."),
    "origin_knowledge_small": ("few known projects to compare code with", "Nothing."),
    "origin_reduced": ("code was compared in part", "Nothing."),
    "refresh_failed": ("the last refresh of a source failed; older data assessed them", WAIT),
    "untrusted_rules": ("rules or statements inside the image do not count", "Review them, and decide here."),
    "attached_odd": ("something that is attached to the image is odd", "The page of the image names it."),
}


def texts_of(code: str) -> tuple[str, str]:
    return TEXTS.get(code, UNKNOWN)
