"""How much of an image is assessed for vulnerabilities."""

from collections.abc import Sequence
from datetime import date

from careen.matching.coverage import coverage, with_attached, with_sbom, with_unread
from careen.matching.match import Matched
from careen.model.image import Image
from careen.model.inventory import Inventory, Unknown
from careen.model.report import Coverage, Reason

from .assessment import Assessment


def coverage_of(
    image: Image,
    inventory: Inventory,
    matched: Matched,
    unfetched: tuple[str, ...],
    unknowns: Sequence[Unknown],
    by: Assessment,
    today: date,
) -> Coverage:
    """The coverage of an image. ``unfetched``: unrated vulnerabilities whose records were never fetched."""
    found = _not_asked(inventory)
    if by.vulnerabilities:
        knowledge = by.matcher.knowledge if by.matcher else None
        found = coverage(inventory, knowledge, matched, unknowns, today, by.max_age_days, unfetched)
        found = with_unread(found, by.unread_archives)
    found = with_sbom(found, inventory, by.scanners)
    return found if image.attached is None else with_attached(found, image.attached)


def _not_asked(inventory: Inventory) -> Coverage:
    packages = len(inventory.packages)
    reason = Reason("not_asked", "vulnerabilities were not looked for (--scanners)", packages)
    return Coverage("not_assessed", (reason,), inventory.files, inventory.unowned_executables, packages=packages)
