"""The product on one page: an image comes in, a Report goes out. Each step uses the data of the one before, none of its code.

    open    images/               reference               → Image: configuration and layers, nothing read yet
    index   layers/, catalogers/  each layer              → Delta: its files, whiteouts and facts
    squash  layers/               Deltas                  → one file system
    bind    layers/               facts that are visible  → Inventory: packages, secrets, files
    match   matching/, database/  packages, advisories    → vulnerabilities, and what is not assessed
    check   checks/, secrets/     configuration, files    → misconfigurations and secrets
    assess  policy/               findings, coverage      → what is suppressed, and the verdict
    report                        all of it               → Report, which reports/ writes

``inventory_of`` takes an opened image (``app/opening.py``) as far as bind, ``report_of`` the rest of the way.
"""

from datetime import UTC, datetime

from msgspec.structs import replace

from careen.database.knowledge import Knowledge
from careen.formats.images.base import base_of
from careen.matching.built_by import with_third_parties
from careen.matching.coverage import sources_of
from careen.matching.distributions import release_of
from careen.matching.lifetimes import end_of_life
from careen.matching.match import Matched
from careen.matching.partly import part_of, with_part
from careen.matching.platforms import unassessed_platform
from careen.matching.vendors import vendor_of
from careen.model.finding import Finding, Vulnerability
from careen.model.image import BaseImage, Image
from careen.model.inventory import Inventory
from careen.model.report import Report, Verdict
from careen.policy.about import About
from careen.policy.licences import licence_findings
from careen.policy.policy import Policy, assess, declared_only
from careen.policy.signatures import with_required
from careen.policy.vex import stated_beside, stated_inside
from careen.safety.budget import Budget

from .assessment import Assessment
from .behaviour import signs_of
from .coverage import coverage_of
from .image_checks import check_image, secrets_of, unassessed_distribution, with_secrets_redacted
from .integrity import with_doubt
from .layers import Reading, inventory_key, read_layers, store_inventory, stored_inventory, with_verified_layers
from .second_look import with_second_look


def inventory_of(image: Image, reading: Reading, budget: Budget | None = None) -> tuple[Image, Inventory]:
    """Reads an image up to its inventory (index, squash, bind). The returned image has verified diff IDs, if that is
    requested. A caller that needs the amounts spent passes a ``budget``, made from the reading's limits.
    """
    key = inventory_key(image, reading)
    stored = stored_inventory(key, reading)
    if stored is not None:
        return image, stored
    from careen.layers.bind import bind
    from careen.layers.verified import read_again

    budget = budget or Budget(reading.limits)
    deltas = read_layers(image, reading, budget)
    bound = bind(
        deltas,
        reading.readers.catalogers,
        lambda number, select: read_again(image.layers[number], select, budget),
        check=budget.check_end,
        verify=reading.verify,
    )
    inventory = with_vendors(bound)
    store_inventory(key, inventory, reading)
    return (with_verified_layers(image) if reading.verify_diff_ids else image), inventory


def report_of(image: Image, inventory: Inventory, by: Assessment, now: datetime | None = None) -> Report:
    """The report: matches, checks and assesses the inventory."""
    now = now or datetime.now(UTC)
    today = now.date()
    base = by.base or base_of(image)
    policy = _policy_for(image, inventory, base, by.policy)

    matched, unfetched = by.matcher.matched(inventory, by.policy, today) if by.matcher else (Matched((), ()), ())
    looked = with_second_look(image, inventory, matched.findings, by.look)
    if by.matcher and looked is not inventory:
        inventory = looked
        part, about = part_of(inventory)
        matched = with_part(matched, by.matcher.matched(part, by.policy, today)[0], about)
    inventory = with_third_parties(inventory, matched.third_parties)
    secrets, unsearched = secrets_of(image, inventory) if "secret" in by.scanners else ((), ())
    unassessed = unassessed_distribution(inventory, matched) if by.vulnerabilities else ""
    checked = check_image(image, inventory, by.checks, today, unassessed)

    knowledge = by.matcher.knowledge if by.matcher else None
    read_unknowns = (*inventory.unknowns, *unsearched, *unassessed_platform(image))
    covered = coverage_of(image, inventory, matched, unfetched, read_unknowns, by, today)
    signs = signs_of(
        image,
        inventory,
        by.behaviour_parts if "behaviour" in by.scanners else (),
        today,
        _end_of_life(inventory, knowledge),
        by.changelogs,
    )
    unknowns = (*read_unknowns, *checked.unknowns, *signs.unknowns)
    vulnerabilities = with_doubt(_with_lines(matched, image, by), inventory.integrity)
    licences = licence_findings(inventory, by.licences) if "licence" in by.scanners else ()
    findings: list[Finding] = [*vulnerabilities, *secrets, *checked.findings, *licences, *signs.findings]
    assessed = assess(
        findings,
        covered,
        unknowns,
        policy,
        today,
        _not_installed(image, inventory),
        About(image, inventory),
        sources=sources_of(knowledge) if by.vulnerabilities else None,
        owned=inventory.owned,
    )
    verdict = assessed.verdict
    if knowledge is None and by.vulnerabilities:
        verdict = Verdict(False, 3, verdict.rules)  # nothing was assessed, so that no report passes, whatever the rules
    if policy.signatures is not None:
        verdict = with_required(verdict, image.attached, policy.signatures)
    return Report(
        created=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        image=with_secrets_redacted(image) if "secret" in by.scanners else image,
        inventory=inventory,
        findings=assessed.findings,
        suppressed=(*assessed.suppressed, *matched.fixed),
        unknowns=unknowns,
        coverage=assessed.coverage,
        verdict=verdict,
        database=knowledge.info if knowledge else None,
        end_of_life=_end_of_life(inventory, knowledge),
        base=base,
        base_excluded=policy.exclude_base,
        behaviour=signs.summary,
    )


def with_vendors(inventory: Inventory) -> Inventory:
    """The inventory, with the vendor of each package. A known vendor stays."""
    packages = (
        replace(package, vendor=vendor_of(package, inventory.distribution)) if package.vendor == "unknown" else package
        for package in inventory.packages
    )
    return replace(inventory, packages=tuple(packages))


def _policy_for(image: Image, inventory: Inventory, base: BaseImage | None, policy: Policy) -> Policy:
    """The policy, with facts from the image: its base layers, and the VEX documents in it and attached to it."""
    inside = stated_inside(inventory) if policy.image_vex else ()
    beside = stated_beside(image.attached, policy.image_vex) if image.attached is not None else ()
    return replace(policy, base_layers=(base.layers if base else None) or 0, vex=(*policy.vex, *inside, *beside))


def _with_lines(matched: Matched, image: Image, by: Assessment) -> tuple[Vulnerability, ...]:
    """The vulnerabilities, with the line of the Dockerfile that installs each package, if there is one."""
    if by.dockerfile is None:
        return matched.findings
    from careen.predict.built import located

    return tuple(located(matched.findings, image=image, document=by.dockerfile))


def _not_installed(image: Image, inventory: Inventory) -> frozenset[str]:
    """Packages that gates exclude, because only a lock file lists them; empty for a source tree, which contains no other
    packages.
    """
    return frozenset() if image.kind == "directory" and inventory.distribution is None else declared_only(inventory)


def _end_of_life(inventory: Inventory, knowledge: Knowledge | None) -> str | None:
    release = release_of(inventory.distribution) if inventory.distribution else None
    return end_of_life(knowledge, release.lifetime or release.namespace) if release and knowledge else None
