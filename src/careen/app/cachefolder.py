"""The cache folder of a run: the one in the settings, unless other users can write to it; else a private, temporary
one.

Users who can write to a cache can forge results. Such a folder is neither read nor written (``store.trust`` has the
rules, ADR 21 the reasons). ``trust_cache`` in the settings switches the check off.
Raises: UsageError if the folder cannot be made or inspected.
"""

from functools import cache
from pathlib import Path

from msgspec.structs import replace

from careen.config import Settings
from careen.errors import UsageError
from careen.log import logger
from careen.store.trust import Distrust, distrust

log = logger(__name__)


_made: set[Path] = set()


def settled(settings: Settings) -> Settings:
    """The settings with the cache folder that is used; it is not checked again."""
    if settings.trust_cache:
        return settings
    try:
        found = _distrust(settings.cache_dir)
    except UsageError:
        if not settings.no_cache:
            raise
        return settings  # nothing is stored; a missing database is reported when it is opened
    return replace(settings, cache_dir=_private(settings.cache_dir, found) if found else settings.cache_dir, trust_cache=True)


def cache_folder(settings: Settings) -> Path:
    """The cache folder of the run, which is created if it is missing."""
    path = settled(settings).cache_dir
    try:
        _make(path)
    except OSError as error:
        raise _unusable(path, error) from error
    return path


def is_private(path: Path) -> bool:
    """Whether the folder is a temporary one that is removed with this process."""
    return path in _made


def refuse_untrusted(settings: Settings) -> Settings:
    """The settings, for commands about the content of the cache folder. Raises UsageError if other users can write to
    it.
    """
    found = None if settings.trust_cache else _distrust(settings.cache_dir)
    if found:
        raise UsageError(f"the cache folder is not used: {found.why}", _cure(found))
    return replace(settings, trust_cache=True)


def _distrust(path: Path) -> Distrust | None:
    try:
        return distrust(path)
    except OSError as error:
        raise _unusable(path, error) from error


@cache
def _private(path: Path, found: Distrust) -> Path:
    """Creates a temporary folder for this process, with one warning."""
    import atexit
    import shutil
    import tempfile

    try:
        made = Path(tempfile.mkdtemp(prefix="careen-"))
    except OSError as error:
        raise _unusable(path, error) from error
    _made.add(made)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    log.warning("the cache folder %s is not used: %s; this run uses a temporary one (%s)", path, found.why, _cure(found))
    return made


def _cure(found: Distrust) -> str:
    other = "set CAREEN_CACHE_DIR to a folder of your own, or use --trust-cache if you trust everybody who can write there"
    return f"{found.cure}, or {other}" if found.cure else other


def _make(path: Path) -> None:
    """Creates the folder and its missing parents, accessible for their owner only, whatever the umask."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder")


def _unusable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"the cache folder {path} cannot be used: {error.strerror or error}",
        "choose another with CAREEN_CACHE_DIR, or --no-cache",
    )
