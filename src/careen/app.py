"""Composes the product: settings, plugins, stores and knowledge come together here, for whichever shell asks."""

import hashlib
import logging
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen import __version__
from careen.config import Settings
from careen.database.knowledge import Knowledge
from careen.database.update import UpdateResult, database_path
from careen.errors import DatabaseError, Error, InputError, NetworkError, NotHereError, UsageError
from careen.formats.inflate import Limits
from careen.formats.savedreport import Saved
from careen.layers.compare import Change, changes, shared_layers
from careen.layers.index import Readers
from careen.matching.needs import needed
from careen.model.advisory import SEVERITIES, DatabaseInfo, Severity
from careen.model.delta import Delta
from careen.model.image import Image, Platform
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package
from careen.model.report import Coverage, Reason, Report, Verdict
from careen.plugins import (
    AdvisorySource,
    Cataloger,
    Check,
    Ecosystem,
    Fetcher,
    ImageSource,
    Need,
    OpenContext,
    Progress,
    Reporter,
    SbomFormat,
    VersionScheme,
    load,
    silent,
)
from careen.policy.policy import Policy
from careen.scan import Reading, inventory_of, report_of, with_vendors
from careen.store.memory import NoStore, Store

if TYPE_CHECKING:
    from careen.check import Tuning
    from careen.formats.otherscan import OtherScan
    from careen.matching.explain import Explanation
    from careen.matching.reconcile import Reconciled
    from careen.matching.remedy import Plan

log = logging.getLogger(__name__)
Told = TypeVar("Told")

ALIASES = {"dir": "directory", "oci": "oci-layout", "oci-archive": "oci-layout", "docker-daemon": "docker"}
LOCAL = ("docker-archive", "oci-layout", "directory")  # what a path may be
REMOTE = ("docker", "podman", "registry")  # where a name is looked for, in this order


def scan(reference: str, settings: Settings, progress: Progress = silent) -> Report:
    """Everything: open, read, learn, match, assess. Raises Error where no report can be made at all."""
    with Session(settings) as session:
        return session.scan(reference, progress)


def check(paths: Sequence[str], settings: Settings, progress: Progress = silent) -> Report:
    """The faults of source files, and the vulnerabilities that their build will bring."""
    from careen.check import check_files, report_of_files
    from careen.checks.files import find_files
    from careen.checks.kinds import Kind, Rules
    from careen.matching.match import Matched, match
    from careen.plugins import Check

    def checks_of(kind: Kind) -> tuple[Check, ...]:
        if "config" not in settings.scanners:
            return ()
        return tuple(one for folder in kind.folders for one in load(folder, "CHECK", Check))

    policy = _policy(settings)
    found = find_files(paths)
    checked = check_files(found.files, checks_of, Rules(settings.allowed_registries), _tuning(settings))
    if not checked.files and not found.unknowns:
        raise InputError(
            f"nothing to check in {', '.join(paths)}", "Dockerfiles, Compose files and Kubernetes manifests are looked for"
        )
    with Session(settings) as session, ExitStack() as opened:

        def judge(inventory: Inventory) -> tuple[Knowledge | None, Matched]:
            lessons = _Lessons(settings, session.ecosystems, progress, _Learnt())
            knowledge = lessons.learn(inventory, opened)
            if knowledge is None:
                return None, Matched((), ())
            return knowledge, match(inventory, knowledge, session.schemes, session.ecosystems, datetime.now(UTC).date())

        wanted = judge if "vuln" in settings.scanners else None
        return report_of_files(", ".join(paths), checked, found.unknowns, policy, wanted)


def inventory(reference: str, settings: Settings, progress: Progress = silent) -> tuple[Image, Inventory]:
    """What is in an image, judged by nobody: no advisory is needed."""
    with Session(settings) as session:
        return session.inventory(reference, progress)


def inventory_report(reference: str, settings: Settings, progress: Progress = silent) -> Report:
    """The inventory in the form that reporters write; its coverage says that nothing was judged."""
    image, found = inventory(reference, settings, progress)
    reason = Reason("inventory_only", "the packages were listed, not judged", len(found.packages))
    return Report(
        created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        image=image,
        inventory=found,
        findings=(),
        suppressed=(),
        unknowns=found.unknowns,
        coverage=Coverage("not_assessed", (reason,), found.files, found.unowned_executables),
        verdict=Verdict(True, 0),
        database=None,
    )


class Compared(Struct, frozen=True):
    """Two images, before and after, and what changed from one to the other."""

    images: tuple[Image, Image]
    packages: tuple[int, int]
    shared_layers: int
    changes: tuple[Change, ...]


def inventory_diff(before: str, after: str, settings: Settings, progress: Progress = silent) -> Compared:
    with Session(settings) as session:
        (old, had), (new, has) = session.inventory(before, progress), session.inventory(after, progress)
        return Compared(
            (old, new),
            (len(had.packages), len(has.packages)),
            shared_layers((layer.digest for layer in old.layers), (layer.digest for layer in new.layers)),
            changes(had, has, session.schemes, session.ecosystems),
        )


class Session:
    """What the scans of one run share: plugins, store, policy, and what was fetched for the ones before. Threads may
    share it. ``fetcher`` is for images, ``store`` one to use in place of that of the settings."""

    def __init__(self, settings: Settings, fetcher: Fetcher | None = None, store: Store | None = None) -> None:
        self._settings, self._fetcher = settings, fetcher
        secrets = "secret" in settings.scanners
        self._readers = Readers(lambda: _readers(secrets), _fingerprint(secrets))
        self._policy = _policy(settings)
        self._store = store or open_store(settings)
        self._learnt = _Learnt()
        self._lock = threading.Lock()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()

    @cached_property
    def ecosystems(self) -> Mapping[str, Ecosystem]:
        """By purl type. Kept in the store, for a scan that reads no layer needs nothing else of the catalogers."""
        key = f"ecosystems {self._readers.fingerprint}"
        known = self._store.get(key)
        try:
            found = msgspec.msgpack.decode(known or b"", type=list[Ecosystem])
        except (msgspec.MsgspecError, ValueError):  # not there, or damaged
            found = [cataloger.ecosystem for cataloger in self._readers.catalogers]
            self._store.put(key, msgspec.msgpack.encode(found))
        return {ecosystem.purl_type: ecosystem for ecosystem in found}

    @cached_property
    def schemes(self) -> Mapping[str, VersionScheme]:
        return {scheme.name: scheme for scheme in load("careen.versions", "VERSION_SCHEME", VersionScheme)}

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
        lessons = _Lessons(settings, self.ecosystems, progress, self._learnt)
        image, inventory = self.inventory(reference, progress, lessons.begin)
        with ExitStack() as opened:
            knowledge = lessons.learn(inventory, opened) if "vuln" in settings.scanners else None
            scores = partial(_scores, knowledge, settings) if knowledge is not None else None
            report = report_of(
                image,
                inventory,
                knowledge,
                self.schemes,
                self.ecosystems,
                policy,
                scores=scores,
                scanners=settings.scanners,
                checks=_image_checks() if "config" in settings.scanners else (),
            )
            return told(report, knowledge)

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
        path = _sbom_path(reference)
        if path is not None:
            from careen.sboms.file import read_file

            image, found = read_file(path, reference, sbom_formats())
            return image, with_vendors(found)
        image = open_image(reference, self._settings, progress, self._fetcher)
        return self.inventory_of(image, progress, seen)

    def inventory_of(
        self, image: Image, progress: Progress = silent, seen: Callable[[Delta], None] = lambda _: None
    ) -> tuple[Image, Inventory]:
        settings = self._settings
        reading = Reading(
            readers=self._readers,
            store=self._store,
            limits=_limits(settings),
            jobs=settings.jobs or os.cpu_count() or 1,
            verify_diff_ids=settings.verify_diff_ids or settings.strict,
            progress=progress,
            seen=seen,
        )
        return inventory_of(image, reading)


def open_image(reference: str, settings: Settings, progress: Progress = silent, fetcher: Fetcher | None = None) -> Image:
    """The image behind a reference: a path, a prefix and what it names, or a name to look for at the engines and registry."""
    context = open_context(settings, progress, fetcher)
    forced, rest = _forced(reference)
    if forced:
        return forced.open(rest, context)
    sources = image_sources()
    for name in LOCAL:
        if sources[name].accepts(reference):
            return sources[name].open(reference, context)
    if reference.startswith(("/", "./", "../", "~")) or reference.endswith((".tar", ".tar.gz", ".tgz", ".tar.zst")):
        raise InputError(f"{reference} does not exist", "check the path")
    missing: list[str] = []
    for name in REMOTE:
        try:
            return sources[name].open(reference, context)
        except NotHereError as error:
            missing.append(f"{name}: {error}")
            log.debug("%s has no %s: %s", name, reference, error)
        except NetworkError as error:
            raise NetworkError(str(error), f"{error.hint} ({'; '.join(missing)})" if missing else error.hint) from error
    raise InputError(f"{reference} was not found ({'; '.join(missing)})", "check the name")


def platforms(reference: str, settings: Settings) -> tuple[Platform, ...]:
    """What a multi-platform image offers; empty where there is no choice."""
    if _sbom_path(reference) is not None:
        return ()
    context = open_context(settings, silent)
    forced, rest = _forced(reference)
    if forced:
        return forced.platforms(rest, context) if forced.platforms else ()
    sources = image_sources()
    for name in (*LOCAL, *REMOTE):
        if name in LOCAL and not sources[name].accepts(reference):
            continue
        lister = sources[name].platforms
        try:
            if lister:
                return lister(reference, context)
            sources[name].open(reference, context)
            return ()  # it has the image, and there is no choice
        except NotHereError:
            continue
    return ()


def image_sources() -> Mapping[str, ImageSource]:
    return {source.name: source for source in load("careen.images", "IMAGE_SOURCE", ImageSource)}


def sbom_formats() -> tuple[SbomFormat, ...]:
    return load("careen.sboms", "SBOM_FORMAT", SbomFormat)


def reporters() -> Mapping[str, Reporter]:
    return {reporter.name: reporter for reporter in load("careen.reports", "REPORTER", Reporter)}


def update_database(settings: Settings, progress: Progress = silent) -> UpdateResult:
    """Brings every source up to date, from the live addresses or a mirror."""
    from careen.database.update import update

    return update(
        settings.cache_dir, _advisory_sources(), fetcher=_fetcher(settings), mirror_at=settings.db_from, progress=progress
    )


def database_status(settings: Settings) -> DatabaseInfo:
    from careen.database.read import status

    return status(database_path(settings.cache_dir))


def _tuning(settings: Settings) -> "Tuning":
    """Raises UsageError for what is no id of a check or no severity."""
    from careen.check import Tuning
    from careen.config import nearest

    severities: dict[str, Severity] = {}
    for text in settings.check_severity:
        id, equals, word = text.partition("=")
        severity = next((one for one in SEVERITIES if one == word), None)
        if not equals or severity is None:
            near = nearest(word, SEVERITIES)
            hint = f"did you mean {id}={near}?" if near else f"ID=SEVERITY, one of {', '.join(SEVERITIES)}"
            raise UsageError(f"check_severity: {text!r} names no severity", hint)
        severities[id] = severity
    for id in (*settings.checks_off, *settings.checks_on, *severities):
        if not re.fullmatch(r"[A-Z][A-Z0-9]{2}-\d{3}", id):
            raise UsageError(f"{id!r} is no id of a check", "ids look like DKR-021; docs/reference lists them")
    return Tuning(frozenset(settings.checks_off), frozenset(settings.checks_on), severities)


class _Learnt:
    """The namespaces that are up to date: an image of this run asked for them. One thread at a time asks for more."""

    def __init__(self) -> None:
        self.namespaces: set[str] = set()
        self.lock = threading.Lock()


class _Lessons:
    """Fetches what the image at hand calls for while its layers are still being read."""

    def __init__(self, settings: Settings, ecosystems: Mapping[str, Ecosystem], progress: Progress, learnt: "_Learnt") -> None:
        self._settings, self._ecosystems, self._progress, self._learnt = settings, ecosystems, progress, learnt
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def begin(self, delta: Delta) -> None:
        """The first layer that names a distribution is enough to start with its advisories."""
        found = [value for _, value in delta.facts.get("distribution", ()) if isinstance(value, Distribution)]
        if self._settings.offline or not found:
            return
        with self._lock:
            if self._thread is not None:
                return
            kinds = [kind for kind in self._ecosystems.values() if kind.distribution]
            namespaces = needed(_stand_ins(kinds), found[0], self._ecosystems)
            self._thread = threading.Thread(target=self._refresh, args=(namespaces,), daemon=True)
            self._thread.start()

    def learn(self, inventory: Inventory, opened: ExitStack) -> Knowledge | None:
        """The knowledge to judge this inventory by; None where there is no database and none could be had."""
        if self._thread is not None:
            self._thread.join()
        if not self._settings.offline:
            self._refresh(needed(inventory.packages, inventory.distribution, self._ecosystems))
        return _knowledge(self._settings, opened)

    def _refresh(self, namespaces: frozenset[str]) -> None:
        with self._learnt.lock:
            left = namespaces - self._learnt.namespaces
            if (left or not self._learnt.namespaces) and self._fetch(left):
                self._learnt.namespaces |= left

    def _fetch(self, namespaces: frozenset[str]) -> bool:
        from careen.database.update import refresh, update

        settings = self._settings
        sources = [source for source in _advisory_sources() if source.on_demand]
        need = Need(namespaces)
        try:
            if settings.db_from:
                result = update(
                    settings.cache_dir, sources, need=need, fetcher=_fetcher(settings), mirror_at=settings.db_from,
                    progress=self._progress, max_age_s=24 * 3600,
                )  # fmt: skip
            else:
                result = refresh(settings.cache_dir, sources, need, _fetcher(settings), self._progress)
        except Error as error:
            log.warning("no advisories could be fetched: %s", error)
            return False
        for feed in result.feeds:
            if feed.state == "failed":
                log.warning("%s could not be brought up to date: %s", feed.source or "the database", feed.detail)
        return True


def _stand_ins(kinds: Sequence[Ecosystem]) -> list[Package]:
    return [Package(kind.purl_type, None, "", "") for kind in kinds]


def _knowledge(settings: Settings, opened: ExitStack) -> Knowledge | None:
    from careen.database.read import open_database

    private: list[Knowledge] = []
    if settings.advisories:
        from careen.database.private import advisories_folder

        private.append(advisories_folder(settings.advisories))
    path = database_path(settings.cache_dir)
    try:
        database: list[Knowledge] = [opened.enter_context(open_database(path))]
    except DatabaseError as error:
        if not private or path.exists():
            log.warning("%s: %s", error, error.hint)
        database = []
    known = [*private, *database]
    if not known:
        return None
    if len(known) == 1:
        return known[0]
    from careen.database.chain import Chain

    return Chain(known)


def _scores(knowledge: Knowledge, settings: Settings, ids: Sequence[str]) -> Knowledge:
    from careen.database.backfill import backfill
    from careen.database.chain import Chain

    return Chain((knowledge, backfill(settings.cache_dir, ids, None if settings.offline else _fetcher(settings))))


def _forced(reference: str) -> tuple[ImageSource | None, str]:
    prefix, colon, rest = reference.partition(":")
    if not colon or not rest or Path(reference).exists():
        return None, reference
    sources = image_sources()
    source = sources.get(ALIASES.get(prefix, prefix))
    return (source, rest.removeprefix("//")) if source else (None, reference)


def _sbom_path(reference: str) -> Path | None:
    """The file of a bill of materials: one named with ``sbom:``, or a file that turns out to be one."""
    from careen.sboms.file import recognised

    if Path(reference).exists():
        return Path(reference) if recognised(Path(reference), sbom_formats()) else None
    return Path(reference.removeprefix("sbom:")) if reference.startswith("sbom:") else None


def open_context(settings: Settings, progress: Progress, fetcher: Fetcher | None = None) -> OpenContext:
    """What image sources may use, from the settings."""
    from careen.images.platforms import parse_platform

    values = {key: value for key, value in msgspec.structs.asdict(settings).items() if value is not None}
    values["limits"] = _limits(settings)
    return OpenContext(
        platform=parse_platform(settings.platform) if settings.platform else None,
        fetcher=fetcher,
        cache=None if settings.no_cache else _cache_folder(settings.cache_dir),
        progress=progress,
        settings=values,
    )


def _fetcher(settings: Settings) -> Fetcher:
    """For advisories: what was said of the registry's TLS does not hold for them."""
    from careen.net import NetSettings, make_fetcher

    return make_fetcher(
        NetSettings(
            timeout_s=settings.timeout_s,
            ca_file=settings.ca_file,
            plain_http=_plain_host(settings.db_from),
            user_agent=f"careen/{__version__}",
        )
    )


def _plain_host(address: str | None) -> tuple[str, ...]:
    """The host of a mirror that was named with http://, which is as much as saying that it has no TLS."""
    from urllib.parse import urlsplit

    parts = urlsplit(address or "")
    return (parts.netloc.rpartition("@")[2],) if parts.scheme == "http" else ()


def open_store(settings: Settings, max_bytes: int = 1 << 30) -> Store:
    """Where the settings say that layers are kept; it forgets what was used longest ago beyond its bound."""
    if settings.no_cache:
        return NoStore()
    from careen.store.sqlite import SqliteStore

    return SqliteStore(_cache_folder(settings.cache_dir) / "layers.sqlite", max_bytes)


def _cache_folder(path: Path) -> Path:
    """Made for its owner alone; one that somebody else owns is refused: who can write there can forge results."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        owner = path.stat().st_uid
    except OSError as error:
        raise UsageError(
            f"the cache folder {path} cannot be used: {error.strerror}", "choose another with CAREEN_CACHE_DIR, or --no-cache"
        ) from error
    if hasattr(os, "getuid") and owner not in (os.getuid(), 0) and os.getuid() != 0:
        raise UsageError(f"the cache folder {path} belongs to another user", "choose another with CAREEN_CACHE_DIR")
    return path


def _limits(settings: Settings) -> Limits:
    return Limits(inflated_bytes=settings.max_layer_bytes, ratio=settings.max_ratio)


def report_or_scan(place: str, settings: Settings, progress: Progress = silent) -> Saved:
    """What a report in a file says, or a scan of a reference finds: both are compared by what they know."""
    from careen.formats.savedreport import read_saved, saved

    path = Path(place)
    try:
        with path.open("rb") as stream:
            is_json = stream.read(64).lstrip()[:1] == b"{"
        if is_json and _sbom_path(place) is None:
            return read_saved(path.read_bytes(), place)
    except ValueError as error:
        raise InputError(f"{place}: {error}", "careen scan IMAGE --format json=FILE writes one") from None
    except OSError:
        pass  # no file: a reference
    return saved(scan(place, replace(settings, baseline=None, fail_on=()), progress))


def _policy(settings: Settings) -> Policy:
    from careen.policy.load import load_policy

    return load_policy(
        fail_on=settings.fail_on,
        ignore_unfixed=settings.ignore_unfixed,
        unknown_as=settings.unknown_as,
        ignore_files=settings.ignore_file,
        vex=settings.vex,
        strict=settings.strict,
        grace_days=settings.grace_days,
        image_vex=settings.image_vex,
    )


def _advisory_sources() -> tuple[AdvisorySource, ...]:
    return load("careen.advisories", "ADVISORY_SOURCE", AdvisorySource)


def _readers(secrets: bool) -> tuple[Cataloger, ...]:
    catalogers = load("careen.catalogers", "CATALOGER", Cataloger)
    if not secrets:
        return catalogers
    from careen.secrets.reader import SECRETS

    return (*catalogers, SECRETS)


def _image_checks() -> tuple[Check, ...]:
    return tuple(check for check in load("careen.checks.image", "CHECK", Check) if check.default)


def _fingerprint(secrets: bool) -> str:
    """Changes with the code that turns bytes into facts, so that no result of another version is taken from the store."""
    digest = hashlib.sha256(f"{__version__} {secrets}".encode())
    here = Path(__file__).parent
    for folder in ("catalogers", "formats", "layers", "model", "secrets"):
        for path in sorted(path for path in (here / folder).rglob("*") if path.suffix in (".py", ".toml")):
            status = path.stat()  # what was installed over it has another time, and reading it all takes longer
            digest.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
