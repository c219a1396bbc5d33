"""The repositories that apt is configured for, with the keyrings that verify each.

``deb`` lines count too: an archive has its sources beside its packages. Repositories of a folder or a medium, and flat ones,
are left out.  **Source:** sources.list(5), apt.conf(5), apt-config(8), apt-secure(8).
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from careen.exec import run
from careen.formats.packages.deb822 import paragraphs
from careen.signing.signature import KEYRINGS

MAX_FILE_BYTES = 1 << 20
_SETTING = re.compile(r'^(Dir(?:::[\w:]+)?) "([^"]*)";$', re.MULTILINE)
_LINE = re.compile(r"\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)")
_FIELDS = ("types", "uris", "suites", "components", "enabled", "signed-by")


class Repository(Struct, frozen=True):
    address: str
    suite: str
    components: tuple[str, ...]
    keys: tuple[str, ...]  # paths of keyrings


def repositories(environ: Mapping[str, str] = os.environ) -> tuple[Repository, ...]:
    """The repositories in apt's configuration; without apt, those in its usual folder."""
    folders = _folders(environ)
    trusted = _trusted(folders)
    found: dict[tuple[str, str], Repository] = {}
    for path in _lists(folders):
        text = _text(path)
        for repository in _of_paragraphs(text, trusted) if path.suffix == ".sources" else _of_lines(text, trusted):
            key = repository.address, repository.suite
            before = found.get(key)
            if before is not None:
                components = tuple(dict.fromkeys((*before.components, *repository.components)))
                repository = Repository(*key, components, before.keys)
            found[key] = repository
    return tuple(found.values())


class _Folders(Struct, frozen=True):
    list_file: Path
    list_folder: Path
    keyring: Path
    keyring_folder: Path


def _folders(environ: Mapping[str, str]) -> _Folders:
    try:
        dump = run(("apt-config", "dump"), environ=environ).stdout.decode("utf-8", "replace")
    except OSError:
        dump = ""
    named = dict(_SETTING.findall(dump))
    etc = Path(named.get("Dir") or "/", named.get("Dir::Etc") or "etc/apt")
    return _Folders(
        etc / (named.get("Dir::Etc::sourcelist") or "sources.list"),
        etc / (named.get("Dir::Etc::sourceparts") or "sources.list.d"),
        etc / (named.get("Dir::Etc::trusted") or "trusted.gpg"),
        etc / (named.get("Dir::Etc::trustedparts") or "trusted.gpg.d"),
    )


def _lists(folders: _Folders) -> list[Path]:
    parts = [path for path in _entries(folders.list_folder) if path.suffix in (".list", ".sources")]
    return [folders.list_file, *parts]


def _trusted(folders: _Folders) -> tuple[str, ...]:
    parts = [path for path in _entries(folders.keyring_folder) if path.suffix in (".gpg", ".pgp")]
    keys = [str(path) for path in (folders.keyring, *parts) if path.is_file()]
    return tuple(keys or [name for name in KEYRINGS if Path(name).is_file()][:1])


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _of_lines(text: str, trusted: tuple[str, ...]) -> Iterator[Repository]:
    for line in text.splitlines():
        match = _LINE.match(line)
        if match:
            options = dict(option.partition("=")[::2] for option in (match[1] or "").split())
            yield from _checked(match[2], match[3], match[4].split(), options.get("signed-by", "").split(","), trusted)


def _of_paragraphs(text: str, trusted: tuple[str, ...]) -> Iterator[Repository]:
    for paragraph in paragraphs(text, _FIELDS, []):
        if paragraph.get("enabled", "yes").lower() in ("no", "false"):
            continue
        for address in paragraph.get("uris", "").split():
            for suite in paragraph.get("suites", "").split():
                components, keys = paragraph.get("components", "").split(), paragraph.get("signed-by", "").split()
                yield from _checked(address, suite, components, keys, trusted)


def _checked(
    address: str, suite: str, components: list[str], keys: list[str], trusted: tuple[str, ...]
) -> Iterator[Repository]:
    if address.startswith(("https://", "http://")) and components and not suite.endswith("/"):
        named = tuple(key for key in keys if key.startswith("/"))
        yield Repository(address.rstrip("/"), suite, tuple(components), named or trusted)
