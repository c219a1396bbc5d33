"""What the scans of one run share, and what can be asked of one image: scan, inventory, explain, reconcile, fix."""

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from copy import copy
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from careen.app.cachefolder import cache_folder, settled
from careen.app.judges import Judges
from careen.app.lessons import Learnt, Lessons, missing_scores
from careen.app.opening import is_single_file, open_image, sbom_formats, sbom_path
from careen.app.wiring import dockerfile_of, fingerprint, limits_of, max_age_days, open_store, policy_of, readers_with
from careen.config import Settings
from careen.database.knowledge import Knowledge
from careen.errors import DatabaseError, InputError
from careen.formats.images.base import base_among
from careen.formats.scans.saved_report import Saved
from careen.images.paths import is_path
from careen.layers.index import Readers
from careen.matching.remembered import Memory
from careen.model.delta import Delta
from careen.model.image import BaseImage, Image
from careen.model.inventory import Inventory
from careen.model.report import Report
from careen.plugins import Ecosystem, Fetcher, Named, Progress, VersionScheme, silent
from careen.policy.policy import Policy
from careen.policy.rego import load_policies, with_policies
from careen.safety.typed import from_msgpack
from careen.scan import Reading, inventory_of, report_of, with_vendors
from careen.store.memory import Store
from careen.store.use import using

if TYPE_CHECKING:
    from careen.formats.dockerfile.stages import Dockerfile
    from careen.formats.scans.other_scan import OtherScan
    from careen.matching.explain import Explanation
    from careen.matching.reconcile import Reconciled
    from careen.matching.remedy import Plan
    from careen.model.finding import Vulnerability

    Placed = Callable[[Sequence[Vulnerability]], Sequence[Vulnerability]]

log = logging.getLogger(__name__)
Told = TypeVar("Told")


class Session:
    """What the scans of one run share: plugins, store, policy, and what was fetched for the ones before. Threads may
    share it. ``fetcher`` is for images, ``store`` one to use in place of that of the settings."""

    def __init__(self, settings: Settings, fetcher: Fetcher | None = None, store: Store | None = None) -> None:
        settings = settled(settings)
        self._settings, self._fetcher = settings, fetcher
        secrets = "secret" in settings.scanners
        self._readers = Readers(lambda: readers_with(secrets), fingerprint(secrets))
        self._policy = policy_of(settings)
        self._policies = load_policies(settings.policy)
        self._judges = Judges(settings)
        self._store = store or open_store(settings)
        self._use = None if settings.no_cache else using(cache_folder(settings))
        self._learnt = Learnt()
        self._lock = threading.Lock()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *failure: object) -> None:
        self._store.close()
        if self._use:
            self._use.close()
        if self._settings.refresh == "background" and self._learnt.is_late and failure[:1] == (None,):
            from careen.app.background import start

            start(self._settings, self._learnt.late)

    def on(self, platform: str) -> "Session":
        """The same, for another platform of images; what it is closed with is this one's."""
        made = copy(self)
        made._settings = replace(self._settings, platform=platform, all_platforms=False)
        return made

    @cached_property
    def ecosystems(self) -> Mapping[str, Ecosystem]:
        """By purl type. Kept in the store, for a scan that reads no layer needs nothing else of the catalogers."""
        key = f"ecosystems {self._readers.fingerprint}"
        known = self._store.get(key)
        try:
            found = from_msgpack(known or b"", list[Ecosystem])
        except (msgspec.MsgspecError, ValueError):  # not there, or damaged
            found = [cataloger.ecosystem for cataloger in self._readers.catalogers]
            self._store.put(key, msgspec.msgpack.encode(found))
        return {ecosystem.purl_type: ecosystem for ecosystem in found}

    @cached_property
    def schemes(self) -> Mapping[str, VersionScheme]:
        return Named("careen.versions", "VERSION_SCHEME", VersionScheme)

    def scan(self, reference: str | Image, progress: Progress = silent) -> Report:
        return self._judged(reference, progress, lambda report, _: report)

    def explain(
        self, reference: str, id: str, package: str | None = None, progress: Progress = silent
    ) -> "tuple[Report, Explanation]":
        """Why a flaw is, or is not, found in the packages of that name."""
        from careen.matching.explain import explain

        return self._judged(
            reference,
            progress,
            lambda report, known: (report, explain(id, package, report, known, self.schemes, self.ecosystems)),
        )

    def reconcile(self, reference: str, other: "OtherScan", progress: Progress = silent) -> "Reconciled":
        """Where another scanner's report of the image differs, and why."""
        from careen.matching.explain import Explainer
        from careen.matching.reconcile import reconcile

        return self._judged(
            reference,
            progress,
            lambda report, known: reconcile(report, other, Explainer(report, known, self.schemes, self.ecosystems)),
        )

    def fix(self, reference: str, base: str = "", progress: Progress = silent) -> "tuple[Report, Plan]":
        """What to do about the vulnerabilities of an image, and what stays; ``base`` names its base image."""
        from careen.matching.remedy import plan
        from careen.model.finding import Vulnerability

        def told(report: Report, known: Knowledge | None) -> "tuple[Report, Plan]":
            if known is None:
                raise DatabaseError("there is no advisory database: nothing says what mends what", "careen db update")

            def rejudge(inventory: Inventory) -> list[Vulnerability]:
                again = report_of(
                    report.image, inventory, known, self.schemes, self.ecosystems, self._policy, scanners=("vuln",)
                )
                return [one for one in again.findings if isinstance(one, Vulnerability)]

            return report, plan(report, rejudge, self.schemes, self.ecosystems, base)

        return self._judged(reference, progress, told)

    def _judged(self, reference: str | Image, progress: Progress, told: Callable[[Report, Knowledge | None], Told]) -> Told:
        """``told`` is asked while the knowledge is open."""
        settings = self._settings
        policy = self._policy_with_baseline(progress)
        dockerfile = dockerfile_of(settings)
        lessons = Lessons(settings, self.ecosystems, progress, self._learnt)
        image, inventory = self.inventory(reference, progress, lessons.begin)
        base = self._base(image)
        image, placed = _with_lines(image, dockerfile, base) if dockerfile else (image, list)
        with ExitStack() as opened:
            knowledge = lessons.learn(inventory, opened) if "vuln" in settings.scanners else None
            scores = partial(missing_scores, knowledge, settings) if knowledge is not None else None
            report = report_of(
                image,
                inventory,
                knowledge,
                self.schemes,
                self.ecosystems,
                policy,
                scores=scores,
                scanners=settings.scanners,
                checks=self._judges.running(("image",)),
                placed=placed,
                memory=Memory(self._store, self._readers.fingerprint),
                base=base,
                unread=lessons.unread,
                max_age_days=max_age_days(settings),
            )
            return told(self._ruled(report), knowledge)

    def _base(self, image: Image) -> BaseImage | None:
        """The base image that the settings name, if this image was built on it."""
        name = self._settings.base
        if name is None:
            return None
        settings = replace(self._settings, referrers=False, trust_key=())
        if settings.platform is None and image.platform is not None:
            settings = replace(settings, platform=str(image.platform))
        found = base_among(image, open_image(name, settings, silent, self._fetcher))
        if found is None:
            raise InputError(
                f"{image.reference} was not built on {name}: its first layers are others",
                "name the base image that it was built on, by digest where its tag has moved on since",
            )
        return found

    def _ruled(self, report: Report) -> Report:
        """With what a compliance view and the policies in Rego say of it."""
        if self._settings.compliance is not None:
            from careen.policy.compliance import FIXABLE

            ran, judged = set[str](), set[str]()
            if report.image.kind != "sbom":
                ran |= {check.id for check in self._judges.running(("image",))}
                judged |= {"secret"} & set(self._settings.scanners)
            if report.coverage.verdict != "not_assessed":
                judged |= {"vulnerability", FIXABLE}
            report = self._judges.with_compliance(report, ran, judged)
        return with_policies(report, self._policies)

    def _policy_with_baseline(self, progress: Progress) -> Policy:
        if self._settings.baseline is None:
            return self._policy
        from careen.policy.compare import Baseline

        with self._lock:
            if self._policy.baseline is None:
                baseline = Baseline(report_or_scan(self._settings.baseline, self._settings, progress))
                self._policy = replace(self._policy, baseline=baseline)
        return self._policy

    def inventory(
        self, reference: str | Image, progress: Progress = silent, seen: Callable[[Delta], None] = lambda _: None
    ) -> tuple[Image, Inventory]:
        """``seen`` is told of each Delta as it comes."""
        if isinstance(reference, Image):
            return self.inventory_of(reference, progress, seen)
        path = sbom_path(reference)
        if path is not None:
            from careen.sboms.file import read_file

            image, found = read_file(path, reference, sbom_formats())
            return replace(image, opened=f"sbom:{path}"), with_vendors(found)
        image = self._beside(open_image(reference, self._settings, progress, self._fetcher))
        image, found = self.inventory_of(image, progress, seen)
        if found.packages or found.secrets or not is_single_file(image):
            return image, found
        if not found.unknowns:
            hint = "packages, programs and lock files are read; careen check reads Dockerfiles and manifests"
            raise InputError(f"{reference} holds nothing that can be judged", hint)
        return image, replace(found, unknowns=tuple(replace(one, whole_layer=True) for one in found.unknowns))

    def _beside(self, image: Image) -> Image:
        """Says so where what lies beside the image in its registry was wanted, and was not asked for."""
        asked = self._settings.referrers or bool(self._settings.trust_key)
        if image.attached is not None or image.kind != "image" or not (asked or "IMG-028" in self._settings.checks_on):
            return image
        from careen.images.referrers import not_asked
        from careen.images.trusted import Keys

        why = "the image was not opened from there" if asked else "IMG-028 needs --referrers"
        return replace(image, attached=not_asked(why, Keys(self._settings.trust_key)))

    def inventory_of(
        self, image: Image, progress: Progress = silent, seen: Callable[[Delta], None] = lambda _: None
    ) -> tuple[Image, Inventory]:
        settings = self._settings
        reading = Reading(
            readers=self._readers,
            store=self._store,
            limits=limits_of(settings),
            jobs=settings.jobs or os.cpu_count() or 1,
            verify_diff_ids=settings.verify_diff_ids or settings.strict or settings.base is not None,
            progress=progress,
            seen=seen,
        )
        from careen.matching.built_by import created_of
        from careen.matching.patched import curator_of

        image, inventory = inventory_of(image, reading)
        return image, replace(inventory, curator=curator_of(image), created=created_of(image.config))


def _with_lines(image: Image, dockerfile: "Dockerfile", base: BaseImage | None) -> "tuple[Image, Placed]":
    """The image whose layers say their line of the Dockerfile, and what gives findings theirs."""
    from careen.predict.built import located, with_instructions

    found = with_instructions(image, dockerfile, base.layers if base else None)
    if found is None:
        log.warning("no lines of %s are shown: %s", dockerfile.path, not_built_from(image))
        return image, list
    return found, partial(located, image=found, document=dockerfile)


def not_built_from(image: Image) -> str:
    """Why a Dockerfile does not count for an image."""
    if not image.config.history:
        return f"{image.reference} has no history that could confirm it"
    return f"its instructions do not agree with the history of {image.reference}: it is another one, or has changed since"


def report_or_scan(place: str, settings: Settings, progress: Progress = silent) -> Saved:
    """What a report in a file says, or a scan of a reference finds: both are compared by what they know."""
    from careen.formats.scans.saved_report import read_saved, saved

    if is_path(place) and sbom_path(place) is None:
        path = Path(place)
        try:
            with path.open("rb") as stream:
                is_json = stream.read(64).lstrip()[:1] == b"{"
            if is_json:
                return read_saved(path.read_bytes(), place)
        except ValueError as error:
            raise InputError(f"{place}: {error}", "careen scan IMAGE --format json=FILE writes one") from None
        except OSError:
            pass  # a folder, or not there
    with Session(replace(settings, baseline=None, fail_on=())) as session:
        return saved(session.scan(place, progress))
