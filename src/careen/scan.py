"""The product on one page: an Image comes in, a Report goes out.

Every layer is read once (or taken from the store), the Deltas are squashed and bound into an Inventory, the Inventory is
matched with what is known, and the policy gives its verdict. Nothing flows back.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.checks.run import Outcome, run
from careen.database.knowledge import Knowledge
from careen.formats.images.base import base_of
from careen.formats.images.image_document import ImageDocument
from careen.layers.index import Readers, index, known_as
from careen.matching.built_by import with_third_parties
from careen.matching.coverage import MAX_AGE_DAYS, coverage, sources_of, with_attached, with_unread
from careen.matching.lifetimes import end_of_life
from careen.matching.match import Matched, match
from careen.matching.platforms import unassessed_platform
from careen.matching.rated import Scores, rated
from careen.matching.reasons import release_id
from careen.matching.remembered import Memory, remembered
from careen.matching.vendors import vendor_of
from careen.model.delta import Delta
from careen.model.finding import ExposedSecret, Finding, Vulnerability
from careen.model.image import BaseImage, Image, Layer
from careen.model.inventory import Inventory, Unknown
from careen.model.report import Coverage, Reason, Report, Verdict
from careen.plugins import Check, Ecosystem, Progress, VersionScheme, silent
from careen.policy.about import About
from careen.policy.policy import Policy, assess, declared_only
from careen.policy.vex import stated_beside, stated_inside
from careen.safety.budget import Budget, Limits
from careen.safety.typed import from_msgpack
from careen.store.memory import Store

if TYPE_CHECKING:
    from careen.matching.distributions import Release

SCANNERS = ("vuln", "secret", "config")
TOGETHER_FROM_BYTES = 1 << 20  # of a layer: threads take longer to start than smaller ones to read


class Reading(Struct, frozen=True):
    """How layers are read. ``seen`` is told of each Delta as it comes, from the thread that read it."""

    readers: Readers
    store: Store
    limits: Limits = Limits()
    jobs: int = 1
    verify_diff_ids: bool = False
    progress: Progress = silent
    seen: Callable[[Delta], None] = lambda _: None


def inventory_of(image: Image, reading: Reading, budget: Budget | None = None) -> tuple[Image, Inventory]:
    """The image, with its diff IDs verified where that was asked for, and what is in it.

    ``budget`` is one of the reading's limits, for those who want to know what was spent of it.
    """
    budget = budget or Budget(reading.limits)
    names = [known_as(layer) for layer in image.layers]
    key = _key(names, reading) if all(names) else ""
    if key and not reading.verify_diff_ids:
        known = reading.store.get(key)
        try:
            if known is not None:
                return image, from_msgpack(known, Inventory)
        except msgspec.MsgspecError:
            pass  # damaged on the disk: the layers tell it again
    from careen.layers.bind import bind
    from careen.layers.verified import read_again

    deltas = _read_all(image.layers, reading, budget)
    inventory = with_vendors(
        bind(
            deltas,
            reading.readers.catalogers,
            lambda number, select: read_again(image.layers[number], select, budget),
            check=budget.check_end,
        )
    )
    if key and not any(unknown.transient for unknown in inventory.unknowns):
        reading.store.put(key, msgspec.msgpack.encode(inventory))
    if reading.verify_diff_ids:
        verified = (replace(one, diff_id_verified=bool(one.diff_id) and not one.unread) for one in image.layers)
        image = replace(image, layers=tuple(verified))
    return image, inventory


def with_vendors(inventory: Inventory) -> Inventory:
    """Each package says who built it; what says so already is left as it is."""
    packages = (
        replace(package, vendor=vendor_of(package, inventory.distribution)) if package.vendor == "unknown" else package
        for package in inventory.packages
    )
    return replace(inventory, packages=tuple(packages))


def report_of(
    image: Image,
    inventory: Inventory,
    knowledge: Knowledge | None,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
    policy: Policy,
    now: datetime | None = None,
    scores: Scores | None = None,
    scanners: Collection[str] = SCANNERS,
    checks: Sequence[Check] = (),
    placed: Callable[[Sequence[Vulnerability]], Sequence[Vulnerability]] = list,
    memory: Memory | None = None,
    base: BaseImage | None = None,
    unread: Sequence[str] = (),
    max_age_days: int | None = MAX_AGE_DAYS,
) -> Report:
    """``scores`` is asked about the vulnerabilities that nobody has rated; what it knows is put beside ``knowledge``.

    ``checks`` judge the image's configuration and root file system. ``placed`` gives vulnerabilities their lines in the
    Dockerfile. ``memory`` is where earlier verdicts are kept.
    ``base`` is the base image, where more is known than the image says itself. ``unread``: why archives that were to be
    asked gave nothing.
    """
    now = now or datetime.now(UTC)
    today = now.date()
    matched = Matched((), ())
    unfetched: tuple[str, ...] = ()
    if knowledge is not None:
        matched, unfetched = rated(
            remembered(inventory, knowledge, schemes, ecosystems, today, policy.severity_from, memory),
            knowledge,
            scores,
            lambda known: match(inventory, known, schemes, ecosystems, today, policy.severity_from),
        )
        inventory = with_third_parties(inventory, matched.third_parties)
    asked = "vuln" in scanners
    exposed_secrets, unsearched = _in_configuration(image) if "secret" in scanners else ((), ())
    unknowns = (*inventory.unknowns, *unsearched, *unassessed_platform(image))
    covered = _not_asked(inventory)
    if asked:
        covered = with_unread(coverage(inventory, knowledge, matched, unknowns, today, max_age_days, unfetched), unread)
    about = About(image, inventory)
    base = base or base_of(image)
    policy = replace(policy, base_layers=(base.layers if base else None) or 0)
    if policy.image_vex:
        policy = replace(policy, vex=(*policy.vex, *stated_inside(inventory)))
    if image.attached is not None:
        covered = with_attached(covered, image.attached)
        policy = replace(policy, vex=(*policy.vex, *stated_beside(image.attached, policy.image_vex)))
    findings: list[Finding] = [*placed(matched.findings), *inventory.secrets, *exposed_secrets]
    unassessed = _unassessed(inventory, matched) if asked else ""
    checked = _checked(image, inventory, checks, today, unassessed)
    findings += checked.findings
    unknowns += checked.unknowns
    assessed = assess(
        findings,
        covered,
        unknowns,
        policy,
        today,
        _not_installed(image, inventory),
        about,
        sources=sources_of(knowledge) if asked else None,
        owned=inventory.owned,
    )
    verdict = assessed.verdict
    if knowledge is None and asked:
        verdict = Verdict(False, 3, verdict.rules)  # nothing was assessed, whether or not a rule was set
    return Report(
        created=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        image=image,
        inventory=inventory,
        findings=assessed.findings,
        suppressed=assessed.suppressed,
        unknowns=unknowns,
        coverage=assessed.coverage,
        verdict=verdict,
        database=knowledge.info if knowledge else None,
        end_of_life=_end_of_life(inventory, knowledge),
        base=base,
        base_excluded=policy.exclude_base,
    )


def _in_configuration(image: Image) -> tuple[tuple[ExposedSecret, ...], tuple[Unknown, ...]]:
    from careen.secrets.configuration import exposed

    return exposed(image.config)


def _not_installed(image: Image, inventory: Inventory) -> frozenset[str]:
    """What only a lock file names gates nothing where it might be installed; of sources it is all that there is."""
    return frozenset() if image.kind == "directory" and inventory.distribution is None else declared_only(inventory)


def _checked(image: Image, inventory: Inventory, checks: Sequence[Check], today: date, unassessed: str) -> Outcome:
    if not checks:
        return Outcome()
    from careen.secrets.configuration import PATH as CONFIGURATION

    odd = [unknown for unknown in inventory.unknowns if unknown.cataloger == "layer" and not unknown.whole_layer]
    document = ImageDocument(
        image.config,
        inventory.filesystem,
        today=today,
        anomalies=tuple((unknown.evidence.path, unknown.reason) for unknown in odd),
        complete=image.kind == "image",
        unassessed=unassessed,
        tag=image.tag,
        attached=image.attached,
    )
    outcome = run(checks, document, CONFIGURATION)
    layers = {entry.path: entry.layer for entry in inventory.filesystem.entries}
    findings = (replace(finding, layer=layers.get(finding.location.path)) for finding in outcome.findings)
    return Outcome(tuple(findings), outcome.suppressed, outcome.unknowns)


def _unassessed(inventory: Inventory, matched: Matched) -> str:
    """Why no source assesses the distribution's packages, in the words of the coverage; "" where one does."""
    release = _release(inventory)
    if release is not None and release.namespace in matched.namespaces:
        return ""
    for reason in matched.reasons:
        of_release = release is not None and release_id(release.namespace) in reason.subjects
        if reason.code == "unknown_distribution" or (reason.code == "no_advisories" and of_release):
            return reason.detail
    return ""


def _not_asked(inventory: Inventory) -> Coverage:
    reason = Reason("not_asked", "vulnerabilities were not looked for (--scanners)", len(inventory.packages))
    packages = len(inventory.packages)
    return Coverage("not_assessed", (reason,), inventory.files, inventory.unowned_executables, packages=packages)


def _read_all(layers: Sequence[Layer], reading: Reading, budget: Budget) -> list[Delta]:
    """One thread a layer, as many at a time as there are jobs: the weight is in C that frees the interpreter."""

    def read(layer: Layer) -> Delta:
        delta = index(
            layer,
            reading.readers,
            reading.store,
            budget,
            verify_diff_id=reading.verify_diff_ids,
            progress=progress,
        )
        reading.seen(delta)
        return delta

    stopped = False

    def progress(what: str, done: int, total: int | None) -> None:
        if stopped:
            raise KeyboardInterrupt
        reading.progress(what, done, total)

    if len(layers) < 2 or reading.jobs < 2 or all(layer.size_bytes < TOGETHER_FROM_BYTES for layer in layers):
        return [read(layer) for layer in layers]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(reading.jobs, len(layers))) as pool:
        # the largest first, so that none is left alone at the end
        order = sorted(layers, key=lambda layer: -layer.size_bytes)
        futures = {layer.index: pool.submit(read, layer) for layer in order}
        try:
            return [futures[layer.index].result() for layer in layers]
        except BaseException:
            stopped = True  # whoever is reading stops at its next megabyte
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _key(names: Sequence[str], reading: Reading) -> str:
    together = hashlib.sha256("\n".join(names).encode()).hexdigest()
    limits = reading.limits
    return f"inventory {together} {reading.readers.fingerprint} {limits.inflated_bytes} {limits.ratio} {limits.members}"


def _end_of_life(inventory: Inventory, knowledge: Knowledge | None) -> str | None:
    release = _release(inventory)
    return end_of_life(knowledge, release.lifetime or release.namespace) if release and knowledge else None


def _release(inventory: Inventory) -> "Release | None":
    from careen.matching.distributions import release_of

    return release_of(inventory.distribution) if inventory.distribution else None
