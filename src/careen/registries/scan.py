"""Scans every image of a registry: ``scan_registry`` writes a report of each and returns a summary.

Each unique layer is read once: layers are stored by digest, and if images share an unread layer, one image goes first.
Each finished image is recorded at once, so that the same call continues an interrupted run.
Raises: Error if nothing can be listed or written; the failure of one image is part of the summary.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
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
from careen.errors import Error, InputError, UsageError
from careen.formats.images.base import base_of
from careen.images.fetching import net_settings
from careen.images.names import parse_reference
from careen.log import logger
from careen.model.image import Image
from careen.model.report import Report
from careen.output.summary import vulnerabilities
from careen.plugins import Fetcher
from careen.safety.cache_limits import layers_of_registry
from careen.store.memory import Store

from .listing import Failure, Listed, Target, Wanted, targets
from .pace import paced
from .state import Done, Found, Run, State, previous
from .summary import Summary, summary_of

log = logger(__name__)

IMAGES = "images"
JOBS = 4
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
    order: Order, settings: Settings, write: Write, on_image: OnImage = lambda *_: None, fetcher: Fetcher | None = None
) -> Summary:
    if settings.no_cache:
        raise UsageError("without a cache each layer would be read again for each image", "leave --no-cache out")
    settings = settled(settings)
    moment = _now()
    _make(order.folder / IMAGES)
    jobs = settings.jobs or JOBS
    settings = replace(settings, jobs=1 if jobs > 1 else None)
    fetcher = fetcher or paced(net_settings(msgspec.structs.asdict(settings)))
    context = open_context(settings, lambda *_: None, fetcher)
    state = State(order.folder, Run(moment, _asked(order, settings)), order.restart)
    store = CountingStore(open_store(settings, layers_of_registry(settings.cache_max_size)))
    try:
        with Session(settings, fetcher, store) as session, ThreadPoolExecutor(jobs) as pool:
            listed = targets(order.host, order.namespace, order.wanted, context, pool)
            work = _Work(order.folder, session, state, write)
            failures = _scan_all(listed, work, pool, on_image)
        done = _in_order(listed, state)
        state.end(_now())
    finally:
        state.close()
    return summary_of(
        registry="/".join(filter(None, (order.host, order.namespace))),
        started=state.run.started,
        repositories=listed.repositories,
        tags=listed.tags,
        done=done,
        troubles=(*listed.failures, *failures) or (() if done else (_nothing(order),)),
        layers_read=len(store.read),
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


class _Work:
    """Scans images, one at a time in each thread."""

    def __init__(self, folder: Path, session: Session, state: State, write: Write) -> None:
        self._folder, self._session, self.state, self._write = folder, session, state, write
        self._lock = threading.Lock()
        self._reading: dict[str, threading.Lock] = {}
        self._read: set[str] = set()

    def scan(self, target: Target) -> Done:
        image = target.open()
        with self._first(image):
            self._session.inventory_of(image)  # stores the inventory for the scan
        report = self._session.scan(image)
        name = f"{target.digest.replace(':', '-')}.json"
        self._write(self._folder / IMAGES / name, report)
        done = _done(target, report, f"{IMAGES}/{name}")
        self.state.add(done)
        return done

    def is_done(self, target: Target) -> bool:
        known = self.state.done.get(target.digest)
        return known is not None and (self._folder / known.file).is_file()

    @contextmanager
    def _first(self, image: Image) -> Iterator[None]:
        """Waits until no other image with the same unread layer is being read. All threads take the locks in the same
        order.
        """
        digests = sorted({layer.digest for layer in image.layers if layer.digest})
        with ExitStack() as held:
            for digest in digests:
                with self._lock:
                    lock = self._reading.setdefault(digest, threading.Lock())
                if digest in self._read:
                    continue
                lock.acquire()
                if digest in self._read:  # another thread has read it meanwhile
                    lock.release()
                else:
                    held.callback(lock.release)
            yield
            with self._lock:
                self._read.update(digests)


def _scan_all(listed: Listed, work: _Work, pool: ThreadPoolExecutor, on_image: OnImage) -> list[Failure]:
    left = [target for target in listed.targets if not work.is_done(target)]
    total, count = len(listed.targets), len(listed.targets) - len(left)
    failures: list[Failure] = []
    futures = {pool.submit(work.scan, target): target for target in left}
    try:
        for future in as_completed(futures):
            count += 1
            latest: Done | Failure
            try:
                latest = future.result()
            except Error as error:
                latest = Failure(futures[future].references[0], str(error), error.hint)
                failures.append(latest)
            on_image(count, total, latest)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    return sorted(failures, key=lambda trouble: trouble.reference)


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
