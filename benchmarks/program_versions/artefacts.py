"""Downloads an artefact with its registry's own client and keeps single files of it. Nothing of it is installed or run."""

import functools
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

CACHE = Path(".cache/programs")
PYTHON = "3.11"
PLATFORMS = [
    *(f"manylinux_2_{minor}_x86_64" for minor in (5, 12, 17, 24, 26, 27, 28, 31, 34, 35, 36, 38, 39)),
    *("manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64", "linux_x86_64"),
]
SUITES = ("bullseye", "bookworm", "bookworm-backports", "trixie", "trixie-backports", "forky", "sid", "experimental")
SECURITY_SUITES = ("bullseye-security", "bookworm-security", "trixie-security")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.pgp"
LONGEST_SECONDS = 900
LARGEST_FILE = 1 << 30


class Artefact(NamedTuple):
    registry: str  # pypi, npm or debian
    name: str
    release: str

    @property
    def folder(self) -> Path:
        return CACHE / self.registry / self.name.replace("/", "_") / self.release.replace(":", "_")


class DownloadError(Exception):
    pass


def fetch(artefact: Artefact, paths: Iterable[str]) -> None:
    """Have these files of the artefact in its folder. Files that are there are not fetched again."""
    missing = [path for path in paths if not (artefact.folder / path).exists()]
    if missing:
        take(artefact, missing.__contains__)
    if gone := [path for path in missing if not (artefact.folder / path).exists()]:
        raise DownloadError(f"{artefact.name} {artefact.release} holds no {', '.join(gone)}")


def take(artefact: Artefact, wanted: Callable[[str], bool]) -> None:
    """Download the artefact, keep the files that are wanted, and delete the rest."""
    with tempfile.TemporaryDirectory(prefix="artefact-") as folder:
        _DOWNLOADS[artefact.registry](artefact, Path(folder))
        downloads = [path for path in Path(folder).iterdir() if path.suffix in (".whl", ".tgz", ".deb")]
        if len(downloads) != 1:
            raise DownloadError(f"{artefact.name} {artefact.release} is {len(downloads)} files")
        for path, stream in _FILES[downloads[0].suffix](downloads[0], wanted):
            _keep(artefact.folder / _inside(path), stream)


def _pypi(artefact: Artefact, folder: Path) -> None:
    platforms = [option for platform in PLATFORMS for option in ("--platform", platform)]
    _run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--only-binary", ":all:"),
        *("--python-version", PYTHON, "--implementation", "cp", "--abi", f"cp{PYTHON.replace('.', '')}"),
        *("--abi", "abi3", "--abi", "none", *platforms, "--dest", str(folder), f"{artefact.name}=={artefact.release}"),
    )


def _npm(artefact: Artefact, folder: Path) -> None:
    cache = ("--cache", str(folder / "npm"))
    _run("npm", "pack", "--silent", *cache, "--pack-destination", str(folder), f"{artefact.name}@{artefact.release}")


def _debian(artefact: Artefact, folder: Path) -> None:
    _run("apt-get", *_apt_options(), "download", "-qq", f"{artefact.name}={artefact.release}", cwd=folder)


@functools.cache
def _apt_options() -> tuple[str, ...]:
    """More suites than the machine installs from, by the mirrors and keys it has. Its own configuration stays as it is."""
    folder = CACHE.absolute() / "apt"
    lists = folder / "state/lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
    options = [f"Dir::State={folder / 'state'}", f"Dir::Cache={folder / 'cache'}"]
    options += ["Dir::Cache::pkgcache=pkgcache.bin", "Dir::Cache::srcpkgcache=srcpkgcache.bin", "Acquire::Languages=none"]
    options += [f"Dir::Etc::sourcelist={folder / 'sources.list'}", "Dir::Etc::sourceparts=/dev/null"]
    arguments = tuple(argument for option in options for argument in ("-o", option))
    if not (folder / "sources.list").exists():
        sites = set(_run("apt-get", "indextargets", "--format", "$(SITE)").split())
        (folder / "sources.list").write_text("".join(_sources(sites)))
    if not any(lists.glob("*Packages*")):
        _run("apt-get", *arguments, "update", "-qq")
    return arguments


def _sources(sites: set[str]) -> Iterator[str]:
    for ending, suites in (("/debian", SUITES), ("/debian-security", SECURITY_SUITES)):
        for site in sites:
            if site.endswith(ending):
                yield from (f"deb [signed-by={KEYRING}] {site} {suite} main\n" for suite in suites)


def _run(*command: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DownloadError(str(error)) from error
    if done.returncode:
        raise DownloadError(f"{command[0]}: {done.stderr.strip()[-300:]}")
    return done.stdout


def _wheel(archive: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(archive) as wheel:
        for entry in wheel.infolist():
            if not entry.is_dir() and wanted(entry.filename):
                with wheel.open(entry) as stream:
                    yield entry.filename, stream


def _tarball(archive: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(archive) as tar:
        yield from _entries(tar, wanted)


def _deb(archive: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, IO[bytes]]]:
    command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process, tarfile.open(fileobj=process.stdout, mode="r|") as tar:
        yield from _entries(tar, wanted)


def _entries(tar: tarfile.TarFile, wanted: Callable[[str], bool]) -> Iterator[tuple[str, IO[bytes]]]:
    for entry in tar:
        path = entry.name.removeprefix("./")
        stream = tar.extractfile(entry) if entry.isreg() and wanted(path) else None
        if stream:
            yield path, stream


def _inside(path: str) -> PurePosixPath:
    inside = PurePosixPath(path)
    if inside.is_absolute() or ".." in inside.parts:
        raise DownloadError(f"{path} points out of its archive")
    return inside


def _keep(path: Path, stream: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".part")
    size = 0
    with open(aside, "wb") as file:
        while block := stream.read(1 << 20):
            size += len(block)
            if size > LARGEST_FILE:
                raise DownloadError(f"{path.name} is too large")
            file.write(block)
    aside.rename(path)


_DOWNLOADS = {"pypi": _pypi, "npm": _npm, "debian": _debian}
_FILES = {".whl": _wheel, ".tgz": _tarball, ".deb": _deb}
