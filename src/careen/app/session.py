"""The shared state of the scans in one run, and the operations on one image: scan, inventory, explain, reconcile, fix."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import copy
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.app.advisory_refresh import AdvisoryRefresh, RefreshState, missing_scores
from careen.app.built_from import named_base, named_dockerfile, with_instructions
from careen.app.cachefolder import cache_folder, settled
from careen.app.changelogs import changelogs_of
from careen.app.check_selection import CheckSelection
from careen.app.documents import document_of, sbom_path
from careen.app.opening import is_single_file, open_image
from careen.app.origin import search_of
from careen.app.wiring import licence_policy_of, limits_of, max_age_days, open_store, policy_of, readers_of
from careen.config import Settings
from careen.database.knowledge import Knowledge
from careen.errors import DatabaseError, InputError, UsageError
from careen.formats.scans.saved_report import Saved
from careen.images.paths import is_path
from careen.layers.kept import Kept
from careen.log import logger
from careen.matching.remembered import Memory
from careen.model.delta import Delta
from careen.model.image import Image
from careen.model.inventory import Inventory
from careen.model.report import Report
from careen.pipeline.assessment import Assessment, Matcher, Matches
from careen.pipeline.image import inventory_of, report_of, with_vendors
from careen.pipeline.layers import Reading
from careen.pipeline.second_look import Asked, look
from careen.plugins import Ecosystem, Fetcher, Named, Progress, VersionScheme, silent
from careen.policy.gates import KINDS
from careen.policy.load import refuse_blind
from careen.policy.policy import Policy
from careen.policy.rego import load_policies, with_policies
from careen.safety.typed import from_msgpack
from careen.store.memory import Store
from careen.store.use import using

if TYPE_CHECKING:
    from careen.behaviour.yara import YaraRules
    from careen.formats.scans.other_scan import OtherScan
    from careen.layers.early_features import EarlyFeatures
    from careen.layers.recent import RecentDeltas
    from careen.matching.explain import Explanation
    from careen.matching.reconcile import Reconciled
    from careen.model.finding import Vulnerability
    from careen.model.ledger import Ledger, LedgerFile
    from careen.model.plan import Plan

log = logger(__name__)

OnDelta = Callable[[Delta], None]
Read = tuple[Image, Inventory]  # an image with its inventory, from an earlier call

IMAGE_CHECKS = ("image", "integrity")  # folders of careen.checks


class Scanned(Struct, frozen=True):
    report: Report
    knowledge: Knowledge | None  # open until the end of the block that got it


class Session:
    """The shared state of the scans in one run: plugins, store, policy, and fetched advisories. Threads may share it.

    ``fetcher`` opens images; ``store`` replaces the one of the settings. ``details``: licences, dependencies and
    digests are read as well. ``all_files``: the behaviour scanner examines files of the distribution's packages, too.
    ``alone``: the process has no other work, so that several processes may read the layers of an image. ``recent`` keeps
    the Deltas of layers that several images share.
    """

    def __init__(
        self,
        settings: Settings,
        fetcher: Fetcher | None = None,
        store: Store | None = None,
        *,
        details: bool = False,
        all_files: bool = False,
        alone: bool = False,
        recent: "RecentDeltas | None" = None,
    ) -> None:
        settings = settled(settings)
        self._settings, self._fetcher, self._all_files, self._alone = settings, fetcher, all_files, alone
        self._recent = recent
        if settings.read_toc and settings.verify_diff_ids:
            raise UsageError("--read-toc reads parts of layers, --verify-diff-ids all of them", "leave one of them out")
        if "licence" in settings.scanners and not (settings.licence_deny or settings.licence_ask or settings.licence_allow):
            log.warning("no licence can be a finding without --licence-deny, --licence-ask or --licence-allow")
        self._search = search_of(settings)
        self._policy = policy_of(settings)
        self._policies = load_policies(settings.policy)
        self._readers = readers_of(settings, details)
        self._checks = CheckSelection(settings)
        self._yara = _yara_rules(settings)
        self._store = store or open_store(settings)
        self._use = None if settings.no_cache else using(cache_folder(settings))
        self._kept = Kept()
        self._refresh_state = RefreshState()
        self._lock = threading.Lock()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *failure: object) -> None:
        self._store.close()
        if self._use:
            self._use.close()
        if self._settings.refresh == "background" and self._refresh_state.is_late and failure[:1] == (None,):
            from careen.app.background import start

            start(self._settings, self._refresh_state.late)

    def on(self, platform: str) -> "Session":
        """A copy for another platform of images. It is closed together with the original."""
        other = copy(self)
        other._settings = replace(self._settings, platform=platform, all_platforms=False)
        return other

    @cached_property
    def ecosystems(self) -> Mapping[str, Ecosystem]:
        """Ecosystems by purl type. They are stored, so that a scan that reads no layer needs no cataloger."""
        key = f"ecosystems {self._readers.fingerprint}"
        known = self._store.get(key)
        try:
            found = from_msgpack(known or b"", list[Ecosystem])
        except (msgspec.MsgspecError, ValueError):  # missing or damaged
            found = [cataloger.ecosystem for cataloger in self._readers.catalogers]
            self._store.put(key, msgspec.msgpack.encode(found))
        return {ecosystem.purl_type: ecosystem for ecosystem in found}

    @cached_property
    def schemes(self) -> Mapping[str, VersionScheme]:
        return Named("careen.versions", "VERSION_SCHEME", VersionScheme)

    def scan(
        self,
        reference: str | Image | Read,
        progress: Progress = silent,
        *,
        plan: bool = True,
        policy: Policy | None = None,
        matcher: Matches | None = None,
    ) -> Report:
        """Scans an image. ``plan``: with the actions that remove the vulnerabilities. ``policy`` replaces the one of
        the settings, ``matcher`` the advisory database.
        """
        with self._scanned(reference, progress, policy, matcher) as scanned:
            report = scanned.report
            if plan:
                report = self.with_plan(report, scanned.knowledge)
        if self._settings.exposure:
            from careen.app.exposing import around

            report = replace(report, exposure=around(report, self._settings.exposure))
        if self._settings.baseline is None:
            return report
        from careen.policy.compare import compared

        return compared(report, self._policy_with_baseline(progress).baseline)

    def with_plan(self, report: Report, knowledge: Knowledge | None) -> Report:
        """The report, with the actions that remove its findings. Without ``knowledge`` they are based on the fixed
        versions in the findings.
        """
        from careen.model.finding import Vulnerability

        made = None
        if any(isinstance(finding, Vulnerability) for finding in report.findings):
            from careen.matching.quick_plan import quick_plan

            reassess = self._reassessing(report, knowledge) if knowledge else None
            made = quick_plan(report, self.schemes, self.ecosystems, reassess)
        return replace(report, plan=self._with_repairs(report, made))

    def explain(
        self, reference: str | Read, id: str, package: str | None = None, progress: Progress = silent
    ) -> "tuple[Report, Explanation]":
        """Why a vulnerability is, or is not, found in the packages with that name; without a name, in those for which a
        source has it.
        """
        from careen.app.explaining import packages_named
        from careen.matching.explain import Explainer

        with self._scanned(reference, progress) as scanned:
            explainer = Explainer(scanned.report, scanned.knowledge, self.schemes, self.ecosystems)
            found = explainer.explain(id, package)
            if package is None and not found.of_packages:
                found = explainer.explain(id, None, packages_named(found.ids, self._settings))
            return scanned.report, found

    def reconcile(self, reference: str, other: "OtherScan", progress: Progress = silent) -> "Reconciled":
        """Where another scanner's report of the image differs, and why."""
        from careen.matching.explain import Explainer
        from careen.matching.reconcile import reconcile

        with self._scanned(reference, progress) as scanned:
            explainer = Explainer(scanned.report, scanned.knowledge, self.schemes, self.ecosystems)
            return reconcile(scanned.report, other, explainer)

    def fix(self, reference: str, base: str = "", progress: Progress = silent) -> "tuple[Report, Plan]":
        """The report, and the plan to fix its vulnerabilities, with those that stay. ``base`` is the name of its base image."""
        from careen.matching.remedy import plan

        with self._scanned(reference, progress) as scanned:
            report = scanned.report
            if "vuln" not in self._settings.scanners:
                from careen.model.plan import NOTHING

                return report, self._with_repairs(report, None) or NOTHING
            if scanned.knowledge is None:
                raise DatabaseError("there is no advisory database, so that no fix is known", "careen db update")
            reassess = self._reassessing(report, scanned.knowledge)
            made = plan(report, reassess, self.schemes, self.ecosystems, base)
            return report, self._with_repairs(report, made) or made

    def _with_repairs(self, report: Report, plan: "Plan | None") -> "Plan | None":
        """The plan with the repairs for other findings than vulnerabilities; None if there is nothing to do at all."""
        from careen.model.plan import NOTHING
        from careen.output.repairs import repairs_of

        lines = {check.id: check.line for check in self._checks.of(IMAGE_CHECKS) if check.line}
        repairs = repairs_of(report, lines)
        return replace(plan or NOTHING, repairs=repairs) if repairs else plan

    def _reassessing(self, report: Report, knowledge: Knowledge) -> "Callable[[Inventory], list[Vulnerability]]":
        """A function that returns the vulnerabilities of an inventory, with the same advisories and policy."""
        from careen.model.finding import Vulnerability

        by = Assessment(policy=self._policy, matcher=self._matcher(knowledge), scanners=frozenset(("vuln",)))

        def vulnerabilities_of(inventory: Inventory) -> list[Vulnerability]:
            findings = report_of(report.image, inventory, by).findings
            return [finding for finding in findings if isinstance(finding, Vulnerability)]

        return vulnerabilities_of

    def inventory(
        self, reference: str | Image, progress: Progress = silent, on_delta: OnDelta = lambda _: None
    ) -> tuple[Image, Inventory]:
        """The image and its inventory. ``on_delta`` is called with each Delta, as soon as its layer is read."""
        if isinstance(reference, Image):
            return self.inventory_of(reference, progress, on_delta)
        if document := document_of(reference):
            _warn_of_exclusion(self._settings)
            image, found = document()
            return image, with_vendors(found)
        image = self._with_attached(open_image(reference, self._settings, progress, self._fetcher))
        _warn_of_exclusion(self._settings, image)
        image, found = self.inventory_of(image, progress, on_delta)
        if found.packages or found.secrets or not is_single_file(image):
            return image, found
        if not found.unknowns:
            hint = (
                "careen scan reads packages, programs, lock files; careen check reads Dockerfiles and Kubernetes manifests, "
                "and careen fix IMAGE --dockerfile FILE proposes a change of a Dockerfile"
            )
            raise InputError(f"nothing in {reference} can be assessed", hint)
        return image, replace(found, unknowns=tuple(replace(unknown, whole_layer=True) for unknown in found.unknowns))

    def inventory_of(
        self, image: Image, progress: Progress = silent, on_delta: OnDelta = lambda _: None
    ) -> tuple[Image, Inventory]:
        """The image and its inventory, with the packages that only their content identifies and the examined behaviour, if
        the settings request these.
        """
        from careen.matching.built_by import created_of
        from careen.matching.patched import curator_of

        reading = self._reading(progress, on_delta)
        if image.kind == "directory":
            image, inventory = _of_folder(image, reading)
        else:
            image, inventory = inventory_of(image, reading)
        if (
            self._search
            and inventory.origin_files.files
            and (self._settings.origin_kb or not _is_source_tree(image, inventory))
        ):
            from careen.pipeline.downloads import with_downloads
            from careen.pipeline.origin import with_origin

            inventory = with_downloads(image, with_origin(image, inventory, self._search, reading))
        if "behaviour" in self._settings.scanners and {"capabilities", "code"} & {*self._settings.behaviour_parts}:
            from careen.pipeline.examination import with_examined

            inventory = with_examined(image, inventory, reading, self._yara, all_files=self._all_files)
        return image, replace(inventory, curator=curator_of(image), created=created_of(image.config))

    def with_owners_read(self, image: Image, inventory: Inventory, progress: Progress = silent) -> Inventory:
        """The inventory, with what a later scan of its SBOM may need: which vulnerabilities the distribution has fixed
        in its language packages.
        """
        if not inventory.owner_files or not image.layers or image.kind == "sbom":
            return inventory
        seen = look(image, Asked(inventory.owner_files), self._reading(progress))
        return replace(inventory, owners_read=seen.owners)

    def files(self, reference: str, progress: Progress = silent) -> "tuple[tuple[LedgerFile, ...], Ledger]":
        """Every file of an image, with whether and how a package explains it; and how many files are explained in which way."""
        from careen.pipeline.ledger import files_of

        if document_of(reference) is not None:
            raise InputError(f"{reference}: an SBOM contains no files", "give the reference of the image")
        image = open_image(reference, self._settings, progress, self._fetcher)
        return files_of(image, replace(self._reading(progress), readers=readers_of(self._settings, compare=True)))

    def _reading(self, progress: Progress = silent, on_delta: OnDelta = lambda _: None) -> Reading:
        settings = self._settings
        return Reading(
            readers=self._readers,
            store=self._store,
            limits=limits_of(settings),
            jobs=settings.jobs,
            verify_diff_ids=settings.verify_diff_ids or settings.strict or settings.base is not None,
            verify=settings.verify,
            progress=progress,
            on_delta=on_delta,
            kept=self._kept,
            early=self._early(),
            recent=self._recent,
            alone=self._alone,
        )

    def _early(self) -> "EarlyFeatures | None":
        if self._search is None:
            return None
        from careen.pipeline.origin import early_of

        return early_of(self._search)

    @contextmanager
    def _scanned(
        self,
        reference: str | Image | Read,
        progress: Progress,
        policy: Policy | None = None,
        matcher: Matches | None = None,
    ) -> Iterator[Scanned]:
        """Opens, reads and assesses an image, with refreshed advisories, which stay open for the block."""
        settings = self._settings
        policy = policy or self._policy_with_baseline(progress)
        dockerfile = named_dockerfile(settings)
        refresh = AdvisoryRefresh(settings, self.ecosystems, progress, self._refresh_state)
        if not isinstance(reference, tuple):
            reference = self.inventory(reference, progress, refresh.start_for_layer)
        image, inventory = reference
        if image.kind == "sbom":
            self._refuse_blind_to(policy, inventory)
        base = named_base(image, settings, self._fetcher)
        placed = with_instructions(image, dockerfile, base) if dockerfile else None
        with ExitStack() as opened:
            if "vuln" not in settings.scanners:
                matcher = None
            elif matcher is None:
                matcher = self._matcher(refresh.knowledge_for(inventory, opened))
            assessment = Assessment(
                policy=policy,
                matcher=matcher,
                scanners=frozenset(settings.scanners),
                max_age_days=max_age_days(settings),
                checks=self._checks.of(IMAGE_CHECKS),
                base=base,
                dockerfile=dockerfile if placed else None,
                look=partial(look, reading=self._reading(progress)),
                licences=licence_policy_of(settings),
                behaviour_parts=settings.behaviour_parts,
                changelogs=changelogs_of(settings, inventory),
                unread_archives=tuple(refresh.archive_failures),
            )
            report = report_of(placed or image, inventory, assessment)
            yield Scanned(with_policies(self._with_compliance(report), self._policies), matcher.knowledge if matcher else None)

    def _refuse_blind_to(self, policy: Policy, listed: Inventory) -> None:
        """Raises UsageError for conditions of the policy that no finding about an SBOM can meet: about licences, if the SBOM
        states none; about files, always.
        """
        visible = KINDS["vulnerability"]
        if "licence" in self._settings.scanners:
            visible |= KINDS["licence"]
            if listed.packages and not any(package.licenses for package in listed.packages):
                only_licences = [gate for gate in policy.fail_on if gate.can_look_at <= KINDS["licence"]]
                refuse_blind(only_licences, frozenset(), "this SBOM states no licence", "scan the image")
        refuse_blind(policy.fail_on, visible, "an SBOM contains no files to find this in", "scan the image")

    def _matcher(self, knowledge: Knowledge | None) -> Matcher | None:
        if knowledge is None:
            return None
        scores = partial(missing_scores, knowledge, self._settings)
        return Matcher(knowledge, self.schemes, self.ecosystems, scores, Memory(self._store, self._readers.fingerprint))

    def _with_attached(self, image: Image) -> Image:
        """The image. If attached documents such as signatures were requested but not read, it contains the reason."""
        settings = self._settings
        asked = settings.referrers or bool(settings.trust_key) or settings.require_signature is not None
        if image.attached is not None or image.kind != "image" or not (asked or "IMG-028" in settings.checks_on):
            return image
        from careen.images.referrers import not_asked, trusted_by

        why = "the image was not opened from there" if asked else "IMG-028 needs --referrers"
        return replace(image, attached=not_asked(why, trusted_by(msgspec.structs.asdict(settings))))

    def _with_compliance(self, report: Report) -> Report:
        if self._settings.compliance is None:
            return report
        from careen.policy.compliance import FIXABLE

        ran, assessed = set[str](), set[str]()
        if report.image.kind != "sbom":
            ran |= {check.id for check in self._checks.of(IMAGE_CHECKS)}
            assessed |= {"secret"} & set(self._settings.scanners)
        if report.coverage.verdict != "not_assessed":
            assessed |= {"vulnerability", FIXABLE}
        return self._checks.with_compliance(report, ran, assessed)

    def _policy_with_baseline(self, progress: Progress) -> Policy:
        if self._settings.baseline is None:
            return self._policy
        from careen.policy.compare import Baseline

        with self._lock:
            if self._policy.baseline is None:
                baseline = Baseline(report_or_scan(self._settings.baseline, self._settings, progress))
                self._policy = replace(self._policy, baseline=baseline)
        return self._policy


def _yara_rules(settings: Settings) -> "tuple[YaraRules, ...]":
    if "behaviour" not in settings.scanners or not settings.behaviour_rules:
        return ()
    from careen.behaviour.yara import load_rules

    return load_rules(settings.behaviour_rules)


def _warn_of_exclusion(settings: Settings, image: Image | None = None) -> None:
    if settings.exclude and not (image and any(layer.folder for layer in image.layers)):
        log.warning("--exclude applies to folders only: nothing is left out here (--ignore-file suppresses findings)")


def _of_folder(image: Image, reading: Reading) -> tuple[Image, Inventory]:
    """The inventory of a folder. Its Dockerfiles and Compose files are named, because this scan does not read them."""
    from careen.formats.dockerfile.file_names import of_containers

    paths: list[str] = []

    def name_them(delta: Delta) -> None:
        paths.extend(of_containers(delta.table.names()))
        reading.on_delta(delta)

    image, inventory = inventory_of(image, replace(reading, on_delta=name_them))
    return image, replace(inventory, of_containers=tuple(paths) if _is_source_tree(image, inventory) else ())


def _is_source_tree(image: Image, inventory: Inventory) -> bool:
    """Whether the image is a source folder. Its code is mostly the user's own; ``careen origin identify`` finds the
    rest.
    """
    return image.kind == "directory" and inventory.distribution is None


def is_report(place: str) -> bool:
    """Whether the path is a file with a report, or with another JSON document that is not an SBOM."""
    if not is_path(place) or sbom_path(place) is not None:
        return False
    try:
        with Path(place).open("rb") as stream:
            return stream.read(64).lstrip()[:1] == b"{"
    except OSError:
        return False  # it is a folder, or does not exist


def report_or_scan(place: str, settings: Settings, progress: Progress = silent) -> Saved:
    """The report to compare: read from the file ``place`` if that is a saved report, else made by a scan of ``place``."""
    from careen.formats.scans.saved_report import read_saved, saved

    if is_report(place):
        try:
            return read_saved(Path(place).read_bytes(), place)
        except ValueError as error:
            raise InputError(f"{place}: {error}", "careen scan IMAGE --format json=FILE writes a report") from None
        except OSError:
            pass  # it was removed meanwhile
    with Session(replace(settings, baseline=None, fail_on=())) as session:
        return saved(session.scan(place, progress))
