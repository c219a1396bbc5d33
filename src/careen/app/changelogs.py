"""Reads newer changelogs of packages from a folder.

Shape: one file for each source package, ``<source>``, ``<source>.changelog`` or ``<source>_<version>.changelog`` (the
names that apt-get changelog and Debian's archive use); for projects in folders of the type, ``npm/axios.md``,
``npm/@babel/core.md``, ``pypi/django.rst``, ``gem/rack.md``. Files may be compressed with gzip.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from careen.config import Settings
from careen.errors import InputError
from careen.log import logger
from careen.model.inventory import Inventory
from careen.safety.budget import Limits
from careen.safety.pattern import pattern

log = logger(__name__)

MAX_FILES = 50_000
MAX_BYTES = 4 << 20  # size of one changelog, inflated
_NAME = pattern(r"([a-z0-9][a-z0-9+.-]{0,199}?)(?:_[\w.+~%:-]{1,200})?(?:\.changelog)?(?:\.gz)?")
_PROJECT_NAME = pattern(r"([\w.-]{1,200}?)(?:\.(?:md|markdown|rst|txt))?(?:\.gz)?")


def changelogs_of(settings: Settings, inventory: Inventory) -> dict[str, str]:
    """The changelogs of the image's packages from the folder in the settings. Raises InputError if the folder is
    missing.
    """
    if settings.changelogs is None or "behaviour" not in settings.scanners:
        return {}
    from careen.behaviour.undisclosed import changelog_key

    keys = {key for key in map(changelog_key, inventory.packages) if key}
    try:
        return changelogs_in(settings.changelogs, keys)
    except OSError as error:
        raise InputError(f"{settings.changelogs}: {error.strerror}", "name a folder of changelogs") from None


def changelogs_in(folder: Path, keys: Collection[str]) -> dict[str, str]:
    """The newest file for each source package, or type and name. Files that cannot be read are skipped. Raises OSError
    if the folder is missing.
    """
    found: dict[str, Path] = {}
    for path in sorted(filter(Path.is_file, _files(folder)), key=lambda path: path.stat().st_mtime)[-MAX_FILES:]:
        parts = path.relative_to(folder).parts
        match = (_PROJECT_NAME if len(parts) > 1 else _NAME).fullmatch(path.name)
        key = "/".join((*parts[:-1], match[1])) if match else ""
        if key in keys:
            found[key] = path
    texts = {}
    for source, path in sorted(found.items()):
        try:
            texts[source] = _text(path)
        except (OSError, ValueError) as error:
            log.warning("%s: %s", path, error)
    return texts


def _files(folder: Path) -> Iterator[Path]:
    """Yields the files in the folder, in its folders for types, and in npm scopes in these, but none deeper."""
    from careen.behaviour.undisclosed import PROJECTS

    yield from folder.iterdir()
    for inside in (folder / type for type in PROJECTS if (folder / type).is_dir()):
        for path in inside.iterdir():
            yield from path.iterdir() if path.name.startswith("@") and path.is_dir() else (path,)


def _text(path: Path) -> str:
    from careen.formats.archives.inflate import open_stream

    with path.open("rb") as file:
        return open_stream(file, Limits(inflated_bytes=MAX_BYTES)).read(MAX_BYTES).decode("utf-8", "replace")
