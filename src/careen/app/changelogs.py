"""Newer changelogs of source packages, out of a folder.

Shape: a file a source package, ``<source>``, ``<source>.changelog`` or ``<source>_<version>.changelog`` (as apt-get changelog
and Debian's archive name them), compressed with gzip or not.
"""

from collections.abc import Collection
from pathlib import Path

from careen.config import Settings
from careen.errors import InputError
from careen.log import logger
from careen.model.inventory import Inventory
from careen.safety.budget import Limits
from careen.safety.pattern import pattern

log = logger(__name__)

MAX_FILES = 50_000
MAX_BYTES = 4 << 20  # of one, inflated
_NAME = pattern(r"([a-z0-9][a-z0-9+.-]{0,199}?)(?:_[\w.+~%:-]{1,200})?(?:\.changelog)?(?:\.gz)?")


def changelogs_of(settings: Settings, inventory: Inventory) -> dict[str, str]:
    """Those in the folder that the settings name, of the image's Debian packages. Raises InputError without the folder."""
    if settings.changelogs is None or "behaviour" not in settings.scanners:
        return {}
    debs = (package for package in inventory.packages if package.type == "deb")
    sources = {package.source.name if package.source else package.name for package in debs}
    try:
        return changelogs_in(settings.changelogs, sources)
    except OSError as error:
        raise InputError(f"{settings.changelogs}: {error.strerror}", "name a folder of changelogs") from None


def changelogs_in(folder: Path, sources: Collection[str]) -> dict[str, str]:
    """By source package, the newest file of each; one that cannot be read is passed over. Raises OSError without the folder."""
    found: dict[str, Path] = {}
    for number, path in enumerate(sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)):
        match = _NAME.fullmatch(path.name)
        if number < MAX_FILES and match and match[1] in sources and path.is_file():
            found[match[1]] = path
    texts = {}
    for source, path in sorted(found.items()):
        try:
            texts[source] = _text(path)
        except (OSError, ValueError) as error:
            log.warning("%s: %s", path, error)
    return texts


def _text(path: Path) -> str:
    from careen.formats.archives.inflate import open_stream

    with path.open("rb") as file:
        return open_stream(file, Limits(inflated_bytes=MAX_BYTES)).read(MAX_BYTES).decode("utf-8", "replace")
