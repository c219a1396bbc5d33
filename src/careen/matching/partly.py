"""Which packages are matched again after a second pass over the files: those whose files it read, and those that affect
their assessment.
"""

from msgspec.structs import replace

from careen.model.inventory import Inventory

from .causes import NoChangelog
from .match import Matched
from .vendored import SOURCES


def part_of(inventory: Inventory) -> tuple[Inventory, frozenset[str]]:
    """The inventory with these packages only, and the purls of the packages whose files the second pass read."""
    read = {owner.owner for owner in inventory.owners_read}
    paths = {program.path for program in inventory.programs_read}
    about = frozenset(
        package.purl
        for package in inventory.packages
        if package.owned_by in read or not paths.isdisjoint(evidence.path for evidence in package.evidence)
    )
    owners = {package.owned_by for package in inventory.packages if package.purl in about}
    libraries = frozenset(SOURCES.values())
    packages = (
        package
        for package in inventory.packages
        if package.purl in about
        or package.purl in owners
        or package.cataloger == "elf_note"
        or (package.source is not None and package.source.name in libraries)
    )
    return replace(inventory, packages=tuple(packages)), about


def with_part(matched: Matched, found: Matched, about: frozenset[str]) -> Matched:
    """The earlier matches, in which those in ``found`` replace the findings of the packages ``about``."""
    findings = [finding for finding in matched.findings if finding.package not in about]
    findings += [finding for finding in found.findings if finding.package in about]
    findings.sort(key=lambda finding: (-finding.risk, finding.id, finding.package, finding.paths))
    reasons = (reason for reason in found.reasons if reason.code == NoChangelog.code)
    return replace(matched, findings=tuple(findings), reasons=(*matched.reasons, *reasons), fixed=found.fixed)
