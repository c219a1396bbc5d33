"""Loads settings from their sources: defaults < settings file < environment < flags.

Raises: UsageError, which names the place, the key and the nearest known key.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import FieldInfo

from careen.errors import UsageError

from .fields import field_by_key, is_list, is_path
from .settings import SECRET, Settings
from .values import nearest, parts_of, value_of

PREFIX = "CAREEN_"


class Loaded(Struct, frozen=True):
    settings: Settings
    origins: dict[str, str]  # key -> "default", the file's path, "CAREEN_X", "--x"
    notes: tuple[str, ...] = ()  # warnings about variables that look like a setting and are not

    def values(self) -> dict[str, Any]:
        return {key: getattr(self.settings, field.name) for key, field in field_by_key().items()}


def load(flags: Mapping[str, Any], environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Loaded:
    """The settings of a run, and the source of each. ``flags`` are texts (lists of texts, booleans) by key, from the
    command line; flags that were not given are absent."""
    known = field_by_key()
    path = file or (Path(environ[PREFIX + "CONFIG"]) if environ.get(PREFIX + "CONFIG") else None)
    values: dict[str, Any] = {}
    origins = dict.fromkeys(known, "default")
    for place, key, value in _given(flags, environ, path, known):
        lenient = place.startswith(("--", PREFIX))
        if lenient and is_list(known[key]):
            _require_parts(place, known[key], value)
        values[key] = value_of(place if lenient else f"{place}: {key}", known[key], value, lenient=lenient)
        origins[key] = place
    return Loaded(_settings(values, environ), origins, _misspelt(environ, known))


def settings_of(options: Mapping[str, Any]) -> Settings:
    """The settings of a program that calls the library: neither the environment nor a settings file is read.

    ``options`` are values by key. Raises UsageError for a key or value that does not exist.
    """
    known = field_by_key()
    for key in options:
        if key not in known:
            near = nearest(key, known)
            raise UsageError(f"unknown setting {key!r}", f"did you mean {near!r}?" if near else "docs/reference lists them")
    given = {key: value for key, value in options.items() if value is not None}
    values = {key: value_of(key, known[key], value, lenient=True) for key, value in given.items()}
    return _settings(values, os.environ)


def _settings(values: dict[str, Any], environ: Mapping[str, str]) -> Settings:
    known = field_by_key()
    if "cache_dir" not in values:
        values["cache_dir"] = default_cache_dir(environ)
    return Settings(**{known[key].name: value for key, value in values.items()})


def _given(
    flags: Mapping[str, Any], environ: Mapping[str, str], path: Path | None, known: Mapping[str, FieldInfo]
) -> Iterator[tuple[str, str, Any]]:
    """(place, key, value) in rising order of precedence."""
    path = path or _default_file(environ)
    if path:
        yield from _of_file(path, known)
    for key in known:
        if text := environ.get(PREFIX + key.upper(), ""):
            yield PREFIX + key.upper(), key, text
    for key, value in flags.items():
        yield "--" + key.replace("_", "-"), key, value


def _require_parts(place: str, field: FieldInfo, value: Any) -> None:
    """Raises UsageError for a flag without a value, and for a variable with separators alone: ``--fail-on "$LEVEL"`` must not
    switch the gate off if nothing sets the variable. An empty variable counts as not set. ``place`` names the flag or variable.
    """
    for text in [value] if isinstance(value, str) else value:
        if not parts_of(field, [text]):
            raise UsageError(f"{place}: {str(text)!r} has no value", "leave it out, or set the variable that it uses")


def _of_file(path: Path, known: Mapping[str, FieldInfo]) -> Iterator[tuple[str, str, Any]]:
    import tomllib

    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", "name a readable file with --config") from None
    except ValueError as error:  # not UTF-8, not TOML
        raise UsageError(f"{path}: not TOML: {error}") from None
    for key, value in table.items():
        if key not in known:
            near = nearest(key, known)
            raise UsageError(
                f"{path}: unknown key {key!r}", f"did you mean {near!r}?" if near else "careen config show lists them"
            )
        if key in SECRET:
            raise UsageError(f"{path}: {key!r} does not belong in a file", f"set {PREFIX}{key.upper()} or use docker login")
        if isinstance(value, str) and is_list(known[key]):
            value = parts_of(known[key], [value])
        if is_path(known[key]):  # relative to the file
            value = _beside(path, value)
        yield str(path), key, value


def _beside(path: Path, value: Any) -> Any:
    if isinstance(value, list):
        return [_beside(path, part) for part in value]
    return str(path.parent / Path(value).expanduser()) if isinstance(value, str) else value


def _misspelt(environ: Mapping[str, str], known: Mapping[str, FieldInfo]) -> tuple[str, ...]:
    """Warnings about variables that resemble a setting: a misspelt CAREEN_FAIL_ON must not go unnoticed, and a
    pipeline's own CAREEN_VERSION must not stop a scan."""
    names = [*(key.upper() for key in known), "CONFIG"]
    ours = sorted(name.removeprefix(PREFIX) for name in environ if name.startswith(PREFIX))
    close = ((name, nearest(name, names, 0.8)) for name in ours if name not in names)
    return tuple(f"{PREFIX}{name} is not a setting: did you mean {PREFIX}{near}?" for name, near in close if near)


def default_cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The default cache folder of this platform, for the user of this environment.

    Source: XDG Base Directory Specification 0.8; Apple's File System Programming Guide; Windows Known Folders.
    """
    if sys.platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "careen"
    if sys.platform == "darwin":
        return _home(environ) / "Library" / "Caches" / "careen"
    return Path(environ.get("XDG_CACHE_HOME") or _home(environ) / ".cache") / "careen"


def _default_file(environ: Mapping[str, str]) -> Path | None:
    home = environ.get("XDG_CONFIG_HOME") or (environ.get("HOME") and Path(environ["HOME"], ".config"))
    path = Path(home, "careen", "config.toml") if home else None
    return path if path and os.path.isfile(path) else None  # noqa: PTH113 (never raises: the home may be unreadable)


def _home(environ: Mapping[str, str]) -> Path:
    if environ.get("HOME"):
        return Path(environ["HOME"])
    try:
        return Path.home()
    except RuntimeError:
        raise UsageError("the home folder is unknown", "set CAREEN_CACHE_DIR and XDG_CONFIG_HOME") from None
