"""What the sets share: artefacts, downloaded once; the half that a project is in; figures with their intervals.

Artefacts are kept below ``.cache/origin``: ``pypi/`` and ``npm/`` as the registries name them, ``debian/`` as the sources do.
They are taken with the clients that the machine is configured for, one at a time, and nothing of them is run.
"""

import functools
import hashlib
import math
import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from careen.errors import InputError
from careen.net import NetSettings, make_fetcher
from careen.origin.fetch import npm, pypi
from careen.origin.fetch.index import Archive, Listing, download
from careen.origin.fetch.unpack import files_in
from careen.origin.identify import identify
from careen.origin.knowledge import Knowledge
from careen.plugins import Fetcher

CACHE = Path(".cache/origin")
REPORT = Path("benchmarks/ORIGIN.md")
SUITES = ("bullseye", "bookworm", "trixie", "forky", "sid")
NO_TIME = 631_152_000  # what packers write in place of a time is before 1990
MAX_BYTES = 1 << 20  # of a file of a set
KEYRING = "/usr/share/keyrings/debian-archive-keyring.pgp"

Half = Literal["tune", "held-out"]


def half(project: str) -> Half:
    """The half in which a project is for good: thresholds are chosen on one, figures are reported of the other."""
    return "held-out" if hashlib.sha256(project.encode()).digest()[-1] % 2 else "tune"


def words(text: str) -> list[str]:
    """Names, in fewer lines than a list of them."""
    return text.split()


class Share(NamedTuple):
    found: int
    of: int

    def __str__(self) -> str:
        if not self.of:
            return "none"
        low, high = interval(self)
        return f"{self.found} of {self.of}: {self.found / self.of:.1%} ({low:.1%}-{high:.1%})"


class Tally:
    """Projects that are in files, and those that ``identify`` names."""

    def __init__(self) -> None:
        self.there = self.found = self.in_set = self.unique = self.extra = 0

    def add(self, base: Knowledge, path: str, data: bytes, wanted: Mapping[str, str]) -> None:
        """``wanted``: the versions in the file, by project."""
        found = {component.project: component.versions for component in identify(base, [(path, data)]).components}
        self.there += len(wanted)
        self.found += len(wanted.keys() & found.keys())
        self.extra += len(found.keys() - wanted.keys())
        self.in_set += sum(wanted[name] in versions for name, versions in found.items() if name in wanted)
        self.unique += sum((wanted[name],) == versions for name, versions in found.items() if name in wanted)

    def row(self, name: str) -> tuple[object, ...]:
        share = Share(self.extra, max(self.extra + self.found, 1))
        return (name, self.there, *(Share(part, self.there) for part in (self.found, self.in_set, self.unique)), share)


def interval(share: Share, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    found, of = share
    if not of:
        return 0.0, 1.0
    rate, spread = found / of, z * z / of
    middle = rate + spread / 2
    width = z * math.sqrt((rate * (1 - rate) + spread / 4) / of)
    return max(0.0, (middle - width) / (1 + spread)), min(1.0, (middle + width) / (1 + spread))


class Bar(NamedTuple):
    """What a figure has to reach: at least a part, or at most one."""

    name: str
    share: Share
    least: float = 0.0
    most: float = 1.0

    def __str__(self) -> str:
        limit = f"≥ {100 * self.least:.3g}" if self.least else f"≤ {100 * self.most:.3g}"
        part = self.share.found / self.share.of if self.share.of else self.least
        return f"{self.name} {limit} %: {'met' if self.least <= part <= self.most else '**missed**'}"


def bars(*found: Bar) -> str:
    return "; ".join(map(str, found))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def write_section(name: str, text: str, report: Path = REPORT) -> None:
    """Replaces what the report has between the markers of this set, or adds it at the end."""
    whole = report.read_text("utf-8") if report.exists() else "# Origin of code, measured\n"
    section = f"<!-- {name} -->\n{text.strip()}\n<!-- /{name} -->\n"
    marked = re.compile(rf"<!-- {re.escape(name)} -->\n.*?<!-- /{re.escape(name)} -->\n", re.DOTALL)
    replaced, count = marked.subn(lambda _: section, whole)
    report.write_text(replaced if count else f"{whole.rstrip()}\n\n{section}", "utf-8")


def archives(kind: str, name: str, versions: Iterable[str] = (), most: int = 0) -> dict[str, Path]:
    """By version, the sources of a project: of these versions, or ``most`` that are spread over its history.

    What a registry lists and no longer has is left out. ``kind`` is ``pypi``, ``npm`` or ``debian``.
    """
    if kind == "debian":
        return _debian(name)
    wanted = set(versions)
    found = {}
    offered = [archive for archive in listing(kind, name).archives if not wanted or archive.version in wanted]
    if most and len(offered) > most:
        offered = [offered[-1 - index * (len(offered) - 1) // max(most - 1, 1)] for index in reversed(range(most))]
    for archive in offered:
        path = CACHE / kind / _file_name(name, archive)
        if path.exists() or _download(archive, path):
            found[archive.version] = path
    return found


def one_release(kind: str, name: str) -> Path | None:
    """The sources of one release of a project, if a mirror has any: of a project of which nothing more is needed."""
    if kind != "debian":
        return next(iter(archives(kind, name, most=1).values()), None)
    for version, file in _offered(name) if not _kept_release(name).exists() else ():
        path = _downloaded(f"{name}={version}", file)
        if path.exists():
            _write(_kept_release(name), file.encode())
            break
    kept = _kept_release(name)
    return CACHE / "debian" / kept.read_text("utf-8") if kept.exists() else None


def _kept_release(source: str) -> Path:
    return CACHE / "listings" / f"one-debian-{source}"


def files_of(path: Path) -> dict[str, bytes]:
    """The files of an archive of sources."""
    return files_in(path.read_bytes())


def newest_day(path: Path) -> str:
    """The day of a release whose index states none: that of the newest file in its tarball."""
    with tarfile.open(path) as archive:
        newest = max((member.mtime for member in archive if member.isfile()), default=0)
    return datetime.fromtimestamp(newest, UTC).date().isoformat() if newest > NO_TIME else ""


def below(files: dict[str, bytes], folder: str) -> dict[str, bytes]:
    start = f"{folder}/" if folder else ""
    return {path.removeprefix(start): data for path, data in files.items() if path.startswith(start)}


@functools.cache
def listing(kind: str, name: str) -> Listing:
    """Kept as well, so that a set that was downloaded needs no network."""
    kept = CACHE / "listings" / f"dated-{kind}-{name.replace('/', '_')}.json"
    if kept.exists():
        return msgspec.json.decode(kept.read_bytes(), type=Listing)
    found = (pypi if kind == "pypi" else npm).listing(name, _fetcher())
    _write(kept, msgspec.json.encode(found))
    return found


@functools.cache
def _fetcher() -> Fetcher:
    return make_fetcher(NetSettings())


def _download(archive: Archive, path: Path) -> bool:
    try:
        _write(path, download(_fetcher(), archive))
    except (InputError, ValueError) as error:
        print(f"left out: {path.name}: {error}")
        return False
    return True


def _file_name(name: str, archive: Archive) -> str:
    file = archive.url.partition("?")[0].rpartition("/")[2]
    return f"{name.partition('/')[0]}-{file}" if name.startswith("@") else file


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".part")
    aside.write_bytes(content)
    aside.rename(path)


def _debian(source: str) -> dict[str, Path]:
    """By upstream version, the ``orig`` tarballs of a source package in all suites that still have it."""
    kept = CACHE / "listings" / f"debian-{source}.json"
    if kept.exists():
        return {version: CACHE / "debian" / file for version, file in msgspec.json.decode(kept.read_bytes()).items()}
    found: dict[str, str] = {}
    for version, file in _offered(source):
        if _downloaded(f"{source}={version}", file).exists():
            found[version.partition(":")[2].rpartition("-")[0] or version.rpartition("-")[0]] = file
    _write(kept, msgspec.json.encode(found))
    return {version: CACHE / "debian" / file for version, file in found.items()}


def _downloaded(named: str, file: str) -> Path:
    """The place of a tarball, whether the mirror has it or not."""
    path = CACHE / "debian" / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        run("apt-get", *apt_options(), "source", "-qq", "--download-only", "--tar-only", named, cwd=path.parent)
    return path


def _offered(source: str) -> Iterator[tuple[str, str]]:
    """(version, file) of each entry of a source package."""
    for entry in run("apt-cache", *apt_options(), "showsrc", "--only-source", source).split("\n\n"):
        version = re.search(r"^Version: (\S+)", entry, re.MULTILINE)
        file = re.search(r"^ \w{64} \d+ (\S+\.orig\.tar\.\w+)$", entry, re.MULTILINE)
        if version and file:
            yield version[1], file[1]


@functools.cache
def apt_options() -> tuple[str, ...]:
    """Sources of more suites than the machine installs from, by its mirrors and keys; its own settings stay as they are."""
    folder = CACHE.absolute() / "apt"
    lists = folder / "state/lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
    options = [f"Dir::State={folder / 'state'}", f"Dir::Cache={folder / 'cache'}", "Acquire::Languages=none"]
    # Images of containers switch these off; without them each call reads all lists anew.
    options += ["Dir::Cache::pkgcache=pkgcache.bin", "Dir::Cache::srcpkgcache=srcpkgcache.bin"]
    options += [f"Dir::Etc::sourcelist={folder / 'sources.list'}", "Dir::Etc::sourceparts=/dev/null"]
    arguments = tuple(argument for option in options for argument in ("-o", option))
    if not (folder / "sources.list").exists():
        sites = set(run("apt-get", "indextargets", "--format", "$(SITE)").split())
        lines = (
            f"{kind} [signed-by={KEYRING}] {site} {suite} main\n"
            for kind in ("deb", "deb-src")
            for site in sites
            for suite in SUITES
            if site.endswith("/debian")
        )
        _write(folder / "sources.list", "".join(lines).encode())
    if not any(lists.glob("*Sources*")):
        run("apt-get", *arguments, "update", "-qq")
    return arguments


def run(*command: str, cwd: Path | None = None) -> str:
    """What a client prints; nothing if it fails, for a mirror may lack what it lists."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=900)
    if done.returncode:
        print(f"left out: {' '.join(command[-2:])}: {done.stderr.strip()[-200:]}")
    return done.stdout
