"""The arguments of a call: settings by name, or made once for several calls, and references as text or paths."""

from os import PathLike, fspath
from typing import Any

from careen.config import Settings, settings_of
from careen.errors import UsageError


def make_settings(**options: Any) -> Settings:
    """Settings for several calls. Without ``refresh``, a scan waits until the advisories that it needs are up to date.

    >>> settings = careen.make_settings(offline=True, fail_on=["high", "kev"], cache_dir="/var/cache/careen")
    >>> settings.fail_on
    ('high', 'kev')
    """
    from careen.app.plugin_folders import use_plugin_folders

    given = {name: fspath(value) if isinstance(value, PathLike) else value for name, value in options.items()}
    settings = settings_of({"refresh": "wait", **given})
    use_plugin_folders(settings)
    return settings


def chosen(settings: Settings | None, options: dict[str, Any]) -> Settings:
    if settings is None:
        return make_settings(**options)
    if options:
        raise UsageError(f"{', '.join(options)} given beside settings", "give them to make_settings")
    return settings


def reference_of(given: str | PathLike[str]) -> str:
    """A reference as text. A path object is always a path; a text has the meaning that it has on the command line."""
    if isinstance(given, str):
        return given
    from careen.images.paths import is_path

    path = fspath(given)
    return path if is_path(path) else f"./{path}"
