"""Makes VEX statements from a report: a decision about its findings, for this image and the affected packages.

The product is the image by its digest, with the packages as its components. Without a digest, or if a statement has to
apply to any image, the packages are the products. Raises: UsageError if the report has no such finding.
"""

from collections.abc import Collection, Sequence

from careen.errors import UsageError
from careen.formats.images.reference import image_purl
from careen.formats.vex.reported import shared_aliases
from careen.formats.vex.statements import Product, Statement, VexStatus
from careen.log import logger
from careen.model.finding import Vulnerability
from careen.model.report import Report

log = logger(__name__)


def statements_about(
    report: Report, ids: Sequence[str], status: VexStatus, why: str, packages: Sequence[str] = (), any_image: bool = False
) -> tuple[Statement, ...]:
    """VEX statements about findings of the report, one for each id. ``packages`` limits them to packages with these
    names.
    """
    found = [*report.findings, *(entry.finding for entry in report.suppressed)]
    vulnerabilities = [finding for finding in found if isinstance(finding, Vulnerability)]
    shared = shared_aliases(report)
    made = []
    for id in dict.fromkeys(ids):
        wanted = [
            finding
            for finding in vulnerabilities
            if id.upper() in {name.upper() for name in (finding.id, *finding.aliases)}
            and (not packages or finding.package_name in packages or finding.package in packages)
        ]
        if not wanted:
            where = f" in {', '.join(packages)}" if packages else ""
            raise UsageError(f"{id} is not found{where} in {report.image.reference}", "careen explain shows why")
        made.append(_statement(report, wanted, status, why, any_image, shared))
    return tuple(made)


def statements_of_ignores(report: Report, status: VexStatus, any_image: bool = False) -> tuple[Statement, ...]:
    """One statement for each vulnerability and reason in ignore rules. Rules without a reason are skipped if the status
    needs one.
    """
    by_why: dict[tuple[str, str], list[Vulnerability]] = {}
    for entry in report.suppressed:
        finding, by = entry.finding, entry.by
        if by.kind != "ignore" or not isinstance(finding, Vulnerability):
            continue
        if status == "not_affected" and not by.reason:
            log.warning("%s: the rule for %s has no reason and is skipped", by.source, finding.id)
            continue
        if by.expires:
            log.warning("%s: the rule for %s ends on %s, but its VEX statement has no end", by.source, finding.id, by.expires)
        by_why.setdefault((finding.id, by.reason), []).append(finding)
    if not by_why:
        raise UsageError(f"no ignore rule with a reason applies to {report.image.reference}", "--ignore-file names the rules")
    shared = shared_aliases(report)
    return tuple(_statement(report, found, status, why, any_image, shared) for (_, why), found in by_why.items())


def _statement(
    report: Report, found: Sequence[Vulnerability], status: VexStatus, why: str, any_image: bool, shared: Collection[str]
) -> Statement:
    first = found[0]
    purls = sorted({finding.package for finding in found})
    image = None if any_image else image_purl(report.image)
    products = (Product((image,), tuple((purl,) for purl in purls)),) if image else tuple(Product((purl,)) for purl in purls)
    aliases = (alias for alias in first.aliases if alias.upper() not in shared)
    return Statement((first.id, *aliases), status, products, "", why)
