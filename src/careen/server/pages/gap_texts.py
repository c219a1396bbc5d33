"""What each reason of coverage means in a project, and what to do about it. ``docs/gates.md`` states what it does to gates."""

UNKNOWN = ("a reason of a plugin", "Its documentation describes it.")
WAIT = "The server fetches advisories every six hours."
OWN = "Provide private advisories (the server's setting advisories), or vouch for the packages in the policy (accept)."
TEXTS = {
    "no_database": ("there is no advisory database yet", WAIT),
    "no_advisories": ("no source has advisories for packages of this kind or release", f"{WAIT} {OWN}"),
    "unknown_distribution": (
        "no source covers the distribution of these packages, or the image names none",
        "Use a supported distribution.",
    ),
    "no_package_database": (
        "the image has files of a distribution and no package database",
        "Keep the package database in the image, or scan it before it is slimmed or flattened.",
    ),
    "no_distribution_package": ("the advisories of the distribution assess none of its packages", OWN),
    "no_assessed_package": (
        "the SBOM lists no package that a source assesses",
        "Write the SBOM with a tool that states package URLs.",
    ),
    "shadowed_database": ("a layer deleted or emptied the package database", "Keep the package database in the image."),
    "stale_source": ("the data that assesses these packages is too old", f"{WAIT} The overview lists the sources that failed."),
    "no_exploit_data": ("a gate needs data about exploits that is not loaded", WAIT),
    "no_lifecycle_data": ("it is not known whether the release gets security updates", WAIT),
    "end_of_life": ("the release of these packages gets no security updates", "Move to a supported release."),
    "unscored": ("some findings have no severity", "A policy can state as which severity they count (unknown as)."),
    "partial_source": ("a source covers some packages of the release", f"{WAIT} {OWN}"),
    "archive_only": ("the only source is the archive of the distribution, which lists fixed vulnerabilities only", WAIT),
    "unread_archive": (
        "an archive of the distribution could not be read",
        "Name another archive in the server's setting archive.",
    ),
    "no_source": ("no source covers these packages: they are private, or built by third parties", OWN),
    "unassessed_package": ("no source knows these packages, or their versions cannot be compared", OWN),
    "package_end_of_life": ("the distribution no longer supports these packages", "Replace the packages."),
    "modified_package": (
        "files of the distribution's packages have other content than the package database records",
        "Build the change into a package of your own.",
    ),
    "sbom_only": ("the SBOM of another tool lists packages and nothing else", "Scan the image itself."),
    "unidentified_files": (
        "programs and libraries that no package owns and no rule identifies",
        "Install them as packages, or vouch for your own in the policy (accept).",
    ),
    "origin_version_unknown": (
        "the version of code that was copied or linked in is not known",
        "Scan the image with a knowledge base of these projects: --origin-kb.",
    ),
    "origin_unread": ("the time to compare code by its content was used up", "Raise the time limit in the server's settings."),
    "no_changelog": (
        "the image lacks the changelogs that list the fixes in its packages",
        "The findings of these packages stay possible, and gates do not count them.",
    ),
    "partial_program": ("not all crates of these Rust programs are known", "Build them with cargo auditable."),
    "read_by_toc": ("a layer was read by its table of contents", "Turn off read_toc in the server's settings."),
    "no_packages": ("nothing to assess was found", "Check that this is the image that you meant."),
    "container_files": ("a folder has Dockerfiles or Compose files, which this scan does not read", "Run careen check on it."),
    "not_asked": ("this part of the scan was not requested", "Add the scanner to the server's setting scanners."),
    "inventory_only": ("only a list of packages is known, not the image itself", "Scan the image itself."),
    "attached_unread": ("attachments of the image (signatures, SBOMs, VEX) were not read completely", "Scan the image again."),
    "excluded": ("the settings exclude a part of the image", "Check the server's setting exclude."),
    "unreadable": ("files or layers could not be read", "The page of the image lists each file with the reason."),
    "over_budget": (
        "a limit of time, memory or size was reached",
        "Make the image smaller, or raise the limits of the server.",
    ),
    "ambiguous_archive": ("tools interpret the bytes of an archive differently", "Build the archive anew."),
    "not_assessed": ("a part of the image was read but not assessed", "The page of the image states why."),
    "unsupported_platform": ("the image is of a platform that Careen does not read", "Scan the image for Linux."),
    "derived_source": ("a feed was derived from other data; the packages were assessed", "Nothing."),
    "fixed_only": ("the source lists fixed vulnerabilities only; the packages were assessed", "Nothing."),
    "limited_support": ("the distribution supports the packages only in part; they were assessed", "Prefer other packages."),
    "no_index": ("no index of the release has the packages; they were assessed", "Check where the packages come from."),
    "not_compared": (
        "programs were not compared with the digests that their packages record",
        "Add config to the server's setting scanners.",
    ),
    "stand_in": ("advisories of a related release assessed the packages", "Nothing."),
    "unknown_channel": ("the channel of the distribution is not known; the packages were assessed", "Nothing."),
    "origin_knowledge_small": ("code was compared with only a few known projects", "Nothing."),
    "origin_reduced": ("the origin of some code was not searched", "Nothing."),
    "refresh_failed": ("the last refresh of a source failed; older data assessed the packages", WAIT),
    "untrusted_rules": (
        "rules or statements inside the image do not count",
        "Review the rules, and make the decisions in this project.",
    ),
    "attached_odd": ("some attachments of the image do not count", "The page of the image names them."),
}


def texts_of(code: str) -> tuple[str, str]:
    return TEXTS.get(code, UNKNOWN)
