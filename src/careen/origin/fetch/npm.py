"""Releases of an npm package from the registry that npm is configured for.

**Source:** npm registry API, "Package metadata" (abbreviated form); npm CLI, "npmrc".
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from careen.errors import UsageError
from careen.exec import run
from careen.plugins import Fetcher
from careen.safety.pattern import pattern

from .index import Archive, Listing, day_of, hex_of, page

_WHOLE = "application/json"  # the abbreviated document has no times
_FINAL = pattern(r"(\d+)\.(\d+)\.(\d+)")


def listing(name: str, fetcher: Fetcher, environ: Mapping[str, str] = os.environ) -> Listing:
    """The final releases with an integrity hash. Deprecated ones count, since copies of them are still in use."""
    _, body = page(fetcher, f"{registry(name, environ).rstrip('/')}/{quote(name, safe='@')}", {"Accept": _WHOLE})
    try:
        document = msgspec.json.decode(body)
        versions: dict[str, Any] = document["versions"]
        times = document.get("time") or {}
        found = [
            _archive(version, about, times.get(version)) for version, about in versions.items() if _FINAL.fullmatch(version)
        ]
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a document of an npm registry: {error}") from None
    ordered = sorted((archive for archive in found if archive), key=lambda archive: _key(archive.version))
    return Listing(name, f"pkg:npm/{name.replace('@', '%40')}", tuple(ordered))


def registry(name: str, environ: Mapping[str, str]) -> str:
    """The address of the registry in npm's environment variables and ``.npmrc`` files, that of the package's scope
    first; else npm's default."""
    scope = name.partition("/")[0] if name.startswith("@") else ""
    settings: dict[str, str] = {}
    for path in (
        Path("/etc/npmrc"),
        Path(environ.get("HOME", "/"), ".npmrc"),
        Path(environ.get("NPM_CONFIG_USERCONFIG", "/-")),
    ):
        try:
            lines = path.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        settings |= {key.strip(): value.strip() for key, mark, value in (line.partition("=") for line in lines) if mark}
    named = environ.get("npm_config_registry") or environ.get("NPM_CONFIG_REGISTRY")
    url = settings.get(f"{scope}:registry") or named or settings.get("registry") or _default()
    if not url:
        raise UsageError("no npm registry is configured", "set registry in .npmrc")
    return url


def _default() -> str:
    try:
        done = run(("npm", "config", "get", "registry"), timeout_s=60)
    except OSError:
        return ""
    url = done.stdout.decode("utf-8", "replace").strip()
    return url if done.code == 0 and url.startswith(("https://", "http://")) else ""


def _archive(version: str, about: dict[str, Any], time: object) -> Archive | None:
    dist = about.get("dist") or {}
    digest = hex_of(str(dist.get("integrity", "")))
    return Archive(version, str(dist["tarball"]), digest, day_of(time)) if digest else None


def _key(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
