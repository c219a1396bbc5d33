"""Scans every image of a registry: ``scan_registry`` writes a report of each and returns a summary.

Each unique layer is read once: layers are stored by digest, and if images share an unread layer, one image goes first.
Each finished image is recorded at once, so that the same call continues an interrupted run.
Raises: Error if nothing can be listed or written; the failure of one image is part of the summary.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.app.cachefolder import settled
from careen.app.opening import open_context
from careen.app.session import Session
from careen.app.wiring import fingerprint, open_store
from careen.config import Settings
from careen.errors import InputError, UsageError
from careen.forks import may_fork
from careen.formats.images.base import base_of
from careen.images.fetching import net_settings
from careen.images.names import parse_reference
from careen.log import logger
from careen.model.report import Report
from careen.output.outcome import why_failed
from careen.output.summary import vulnerabilities
from careen.plugins import Fetcher
from careen.safety.cache_limits import layers_of_registry
from careen.store.memory import Store

from .claims import Claims, ProcessClaims, ThreadClaims
from .listing import Failure, Listed, Target, Wanted, targets
from .pace import paced
from .processes import Finished, scan_in_processes, scanned
from .state import Done, Found, Run, State, previous
from .summary import Summary, summary_of

log = logger(__name__)

IMAGES = "images"
JOBS, MOST_JOBS = 4, 8  # images at the same time, if the user does not choose: one per processor between these
_NOT_IN_REPORTS = frozenset((
    *("cache_dir", "trust_cache", "cache_max_size", "no_cache", "jobs", "offline", "refresh", "db_keep", "nvd_api_key"),
    *("format", "output", "verbose", "quiet", "no_progress", "log_level"),
    *("docker_config", "registry_username", "registry_password", "client_cert", "client_key", "ca_file", "mirrors"),
    *("private_hosts", "plain_http", "insecure", "timeout_s"),
    *("server", "server_token", "server_token_file", "server_required"),
))  # fmt: skip
_BY_NAME = frozenset(("db",))  # too large to be read for this


class Order(Struct, frozen=True):
    """What to scan, and the folder for the reports."""

    host: str
    namespace: str
    folder: Path
    wanted: Wanted = Wanted()
    restart: bool = False


OnImage = Callable[[int, int, Done | Failure], None]  # called with the number of finished images, their total, and the latest
Write = Callable[[Path, Report], None]  # writes a report, completely or not at all


def parse_target(text: str) -> tuple[str, str]:
    """The host and namespace of ``HOST[/NAMESPACE]``. Raises UsageError."""
    host, _, namespace = text.removeprefix("https://").strip("/").partition("/")
    try:
        known = parse_reference(f"{host}/{namespace or 'x'}").registry == host.lower() and ":" not in namespace
    except InputError:
        known = False
    if not known:
        raise UsageError(f"{text!r} is not a registry", "write HOST, HOST:PORT or HOST/NAMESPACE, with a dot or a port in HOST")
    return host.lower(), namespace


def scan_registry(
    order: Order,
    settings: Settings,
    write: Write,
    on_image: OnImage = lambda *_: None,
    fetcher: Fetcher | None = None,
    *,
    alone: bool = False,
) -> Summary:
    """``alone``: this process has no other work, so that it may fork."""
    if settings.no_cache:
        raise UsageError("without a cache each layer would be read again for each image", "leave --no-cache out")
    settings = settled(settings)
    moment = _now()
    _make(order.folder / IMAGES)
    jobs = settings.jobs or min(max(os.cpu_count() or 1, JOBS), MOST_JOBS)
    settings = replace(settings, jobs=1 if jobs > 1 else None)
    fetcher = fetcher or paced(net_settings(msgspec.structs.asdict(settings)))
    context = open_context(settings, lambda *_: None, fetcher)
    state = State(order.folder, Run(moment, _asked(order, settings)), order.restart)
    try:
        with ThreadPoolExecutor(jobs) as pool:
            listed = targets(order.host, order.namespace, order.wanted, context, pool)
        run = _Run(order.folder, settings, fetcher, write)
        left = [target for target in listed.targets if not _is_done(order.folder, state, target)]
        finished = _Finished(state, on_image, len(listed.targets), len(listed.targets) - len(left))
        read = run.in_processes(left, jobs, finished) if alone and may_fork() else run.in_threads(left, jobs, finished)
        done = _in_order(listed, state)
        state.end(_now())
    finally:
        state.close()
    failures = [*listed.failures, *sorted(finished.failures, key=lambda trouble: trouble.reference)]
    if not done and all(failure.no_image for failure in failures):
        failures.append(_nothing(order))
    return summary_of(
        registry="/".join(filter(None, (order.host, order.namespace))),
        started=state.run.started,
        repositories=listed.repositories,
        tags=listed.tags,
        done=done,
        troubles=failures,
        layers_read=len(read),
        before=previous(order.folder),
    )


def _nothing(order: Order) -> Failure:
    """A run that scans nothing does not pass: a name that was mistyped would turn it green."""
    place = "/".join(filter(None, (order.host, order.namespace)))
    return Failure(place, "no image was scanned: it has none, or --include and --exclude leave none of them")


class CountingStore:
    """A store that also collects the digests of layers that were read because the other store did not contain them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read: set[str] = set()

    def get(self, key: str) -> bytes | None:
        return self._store.get(key)

    def put(self, key: str, data: bytes) -> None:
        kind, _, rest = key.partition(" ")
        if kind == "delta":
            self.read.add(rest.partition(" ")[0])
        self._store.put(key, data)

    def close(self) -> None:
        self._store.close()


class _Run:
    """Scans the images of one run. Returns the digests of the layers that were read."""

    def __init__(self, folder: Path, settings: Settings, fetcher: Fetcher, write: Write) -> None:
        self._folder, self._settings, self._fetcher, self._write = folder, settings, fetcher, write

    def in_threads(self, left: Sequence[Target], jobs: int, finished: Finished) -> set[str]:
        with self._session() as (session, store), ThreadPoolExecutor(jobs) as pool:
            scanner = _Scanner(self._folder, session, self._write, ThreadClaims(), store.read)
            futures = {pool.submit(scanned, scanner, target): target for target in left}
            try:
                for future in as_completed(futures):
                    finished(futures[future], future.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            return scanner.read

    def in_processes(self, left: Sequence[Target], jobs: int, finished: Finished) -> set[str]:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="careen-") as folder, ExitStack() as opened:

            def scanner() -> _Scanner:
                session, store = opened.enter_context(self._session())
                return _Scanner(self._folder, session, self._write, ProcessClaims(Path(folder)), store.read)

            own = scanner()
            scan_in_processes(left, own, scanner, jobs, finished)
            return own.read

    @contextmanager
    def _session(self) -> Iterator[tuple[Session, CountingStore]]:
        store = CountingStore(open_store(self._settings, layers_of_registry(self._settings.cache_max_size)))
        with Session(self._settings, self._fetcher, store) as session:
            yield session, store


class _Scanner:
    """Scans images, one at a time in each thread."""

    def __init__(self, folder: Path, session: Session, write: Write, claims: Claims, read: set[str]) -> None:
        self._folder, self._session, self._write, self._claims, self.read = folder, session, write, claims, read

    def scan(self, target: Target) -> Done:
        image = target.open()
        with self._claims.first(layer.digest for layer in image.layers if layer.digest):
            self._session.inventory_of(image)  # stores the inventory for the scan
        report = self._session.scan(image)
        name = f"{target.digest.replace(':', '-')}.json"
        self._write(self._folder / IMAGES / name, report)
        return _done(target, report, f"{IMAGES}/{name}")


class _Finished:
    """Records each finished image."""

    def __init__(self, state: State, on_image: OnImage, total: int, before: int) -> None:
        self._state, self._on_image, self._total, self._count = state, on_image, total, before
        self.failures: list[Failure] = []

    def __call__(self, target: Target, result: Done | Failure) -> None:
        self._count += 1
        if isinstance(result, Failure):
            self.failures.append(result)
        else:
            self._state.add(result)
        self._on_image(self._count, self._total, result)


def _is_done(folder: Path, state: State, target: Target) -> bool:
    known = state.done.get(target.digest)
    return known is not None and (folder / known.file).is_file()


def _in_order(listed: Listed, state: State) -> list[Done]:
    """The finished images that are still in the registry, with their present names."""
    found = ((target, state.done.get(target.digest)) for target in listed.targets)
    return [replace(done, references=target.references) for target, done in found if done]


def _done(target: Target, report: Report, file: str) -> Done:
    found = vulnerabilities(report.findings)
    distribution, base = report.inventory.distribution, base_of(report.image)
    return Done(
        digest=target.digest,
        references=target.references,
        file=file,
        layers=tuple(layer.digest for layer in report.image.layers),
        sizes=tuple(layer.size_bytes for layer in report.image.layers),
        base=(base.reference if base else None) or "",
        distribution=f"{distribution.id} {distribution.version}".strip() if distribution else "",
        packages=len(report.inventory.packages),
        found=tuple(Found(finding.fingerprint, finding.id, finding.severity) for finding in report.findings),
        risk=max((finding.risk for finding in found), default=0.0),
        kev=sum(bool(finding.kev) for finding in found),
        fixable=sum(finding.fix.state == "fixed" for finding in found),
        coverage=report.coverage.verdict,
        exit_code=report.verdict.exit_code,
        why=why_failed(report.verdict) if report.verdict.exit_code else "",
    )


def _asked(order: Order, settings: Settings) -> str:
    """A digest of everything requested. A run continues an earlier run only if both have the same digest, which includes
    the files that settings name, so that edited rules or statements start another run, and Careen's own code.
    """
    values = {name: value for name, value in msgspec.structs.asdict(settings).items() if name not in _NOT_IN_REPORTS}
    files = [_identity(path) for name, value in values.items() if name not in _BY_NAME for path in _paths(value)]
    code = fingerprint(settings.scanners)
    parts = (order.host, order.namespace, order.wanted, sorted(values.items()), files, code)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _paths(value: object) -> list[Path]:
    return [path for path in (value if isinstance(value, tuple) else (value,)) if isinstance(path, Path)]


def _identity(path: Path) -> str:
    """A digest of a file, or of all files in a folder."""
    found = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        content = b""
        with suppress(OSError):
            if file.is_file():
                with file.open("rb") as opened:
                    content = hashlib.file_digest(opened, "sha256").digest()
        found.update(repr((str(file.relative_to(path)), content)).encode())
    return found.hexdigest()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}", "choose another --output-dir") from None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
