"""VEX statements out of a report: what was decided about its findings, said of this image and the packages at fault.

The product is the image by its digest, with the packages as its components; without a digest, or where a statement is
to hold in any image, the packages themselves. Raises: UsageError where the report holds nothing to speak of.
"""

import logging
from collections.abc import Sequence
from urllib.parse import quote

from careen.errors import UsageError
from careen.formats.vex.statements import Product, Statement, VexStatus
from careen.model.finding import Vulnerability
from careen.model.report import Report

from .about import named

log = logging.getLogger(__name__)


def statements_about(
    report: Report, ids: Sequence[str], status: VexStatus, why: str, packages: Sequence[str] = (), any_image: bool = False
) -> tuple[Statement, ...]:
    """One for each id, about the packages that have it: all of them, or those of these names."""
    found = [*report.findings, *(one.finding for one in report.suppressed)]
    flaws = [one for one in found if isinstance(one, Vulnerability)]
    made = []
    for id in dict.fromkeys(ids):
        wanted = [one for one in flaws if id.upper() in {name.upper() for name in (one.id, *one.aliases)}]
        wanted = [one for one in wanted if not packages or one.package_name in packages or one.package in packages]
        if not wanted:
            where = f" in {', '.join(packages)}" if packages else ""
            raise UsageError(f"{id} is not found{where} in {report.image.reference}", "careen explain says why")
        made.append(_statement(report, wanted, status, why, any_image))
    return tuple(made)


def statements_of_ignores(report: Report, status: VexStatus, any_image: bool = False) -> tuple[Statement, ...]:
    """One for each flaw and reason that ignore rules set aside; a rule without a reason justifies nothing."""
    by_why: dict[tuple[str, str], list[Vulnerability]] = {}
    for one in report.suppressed:
        if one.by.kind != "ignore" or not isinstance(one.finding, Vulnerability):
            continue
        if status == "not_affected" and not one.by.reason:
            log.warning("%s: the rule for %s has no reason and is left out", one.by.source, one.finding.id)
            continue
        if one.by.expires:
            log.warning("%s: the rule for %s ends on %s, the statement does not", one.by.source, one.finding.id, one.by.expires)
        by_why.setdefault((one.finding.id, one.by.reason), []).append(one.finding)
    if not by_why:
        raise UsageError(f"no ignore rule with a reason applies to {report.image.reference}", "--ignore-file names the rules")
    return tuple(_statement(report, found, status, why, any_image) for (_, why), found in by_why.items())


def _statement(report: Report, found: Sequence[Vulnerability], status: VexStatus, why: str, any_image: bool) -> Statement:
    first = found[0]
    purls = sorted({one.package for one in found})
    image = None if any_image else image_purl(report)
    products = (Product((image,), tuple((purl,) for purl in purls)),) if image else tuple(Product((purl,)) for purl in purls)
    return Statement((first.id, *first.aliases), status, products, "", why)


def image_purl(report: Report) -> str | None:
    """``pkg:oci/NAME@DIGEST``, with the repository where the reference names one. **Source:** purl-spec, type ``oci``."""
    image = report.image
    if not image.digest:
        return None
    reference = named(image.reference)
    path = image.reference.partition(":")[2] if image.reference.startswith(("oci-layout:", "docker-archive:")) else ""
    last = (path or reference.repository).rstrip("/").rpartition("/")[2] or "image"
    purl = f"pkg:oci/{quote(last.lower(), safe='')}@{quote(image.digest, safe='')}"
    host = reference.repository.partition("/")[0]
    is_name = "." in host and host.strip(".") != "" and not path and not image.reference.startswith((".", "/"))
    return f"{purl}?repository_url={quote(reference.repository, safe='')}" if is_name else purl
