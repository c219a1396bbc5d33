"""Releases of a Python project from the index that pip is configured for.

**Source:** PEP 503, PEP 691 (simple repository API, HTML and JSON), PEP 700 (upload time); pip,
"Configuration".
"""

import configparser
import os
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import msgspec
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from careen.errors import UsageError
from careen.plugins import Fetcher

from .index import Archive, Listing, day_of, page

_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_HASH = re.compile(r"#(sha(?:256|384|512))=([0-9a-f]+)$")


def listing(name: str, fetcher: Fetcher, environ: Mapping[str, str] = os.environ) -> Listing:
    """The final releases with an sdist or a wheel without compiled parts. Yanked ones count, since copies of them are
    still in use."""
    name = canonicalize_name(name)
    address = f"{index_url(environ).rstrip('/')}/{name}/"
    kind, body = page(fetcher, address, {"Accept": _ACCEPT})
    found = _of_json(body) if "json" in kind else _of_html(body.decode("utf-8", "replace"))
    best: dict[Version, Archive] = {}
    for file, url, digest, date in found:
        version, is_source = _version(file)
        if version is None or version.is_prerelease or not digest:
            continue
        if version not in best or is_source:
            best[version] = Archive(str(version), urljoin(address, url), digest, date)
    return Listing(name, f"pkg:pypi/{name}", tuple(best[version] for version in sorted(best)))


def index_url(environ: Mapping[str, str]) -> str:
    """The address of the index in pip's environment variables and configuration files, the strongest first; else
    pip's default."""
    if url := environ.get("PIP_INDEX_URL"):
        return url
    for path in _files(environ):
        settings = configparser.RawConfigParser()
        try:
            settings.read(path, encoding="utf-8")
            for section in ("install", "download", "global"):
                if url := settings.get(section, "index-url", fallback="").strip():
                    return url
        except (configparser.Error, UnicodeDecodeError):
            continue
    try:
        from pip._internal.models.index import PyPI
    except ImportError:
        raise UsageError("no index of Python packages is configured", "set index-url in pip.conf") from None
    return str(PyPI.simple_url)


def _files(environ: Mapping[str, str]) -> list[Path]:
    home = Path(environ.get("HOME", "/"))
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    named = environ.get("PIP_CONFIG_FILE")
    files = [config / "pip" / "pip.conf", home / ".pip" / "pip.conf", Path("/etc/pip.conf"), Path("/etc/xdg/pip/pip.conf")]
    return [Path(named), *files] if named and named != os.devnull else files


def _of_json(body: bytes) -> list[tuple[str, str, str, str]]:
    try:
        files = msgspec.json.decode(body).get("files", ())
        return [_of_file(file) for file in files if isinstance(file, dict)]
    except (msgspec.MsgspecError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not a page of a simple index: {error}") from None


def _of_file(file: dict[str, Any]) -> tuple[str, str, str, str]:
    hashes = file.get("hashes") or {}
    digest = next((f"{name}:{hashes[name]}" for name in ("sha512", "sha384", "sha256") if name in hashes), "")
    return str(file["filename"]), str(file["url"]), digest, day_of(file.get("upload-time"))


def _of_html(text: str) -> list[tuple[str, str, str, str]]:
    reader = _Links()
    reader.feed(text)
    return reader.found


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        url = values.get("href") or ""
        if tag == "a":
            match = _HASH.search(url)
            file = url.partition("#")[0].rpartition("/")[2]
            self.found.append((file, url.partition("#")[0], f"{match[1]}:{match[2]}" if match else "", ""))


def _version(file: str) -> tuple[Version | None, bool]:
    """(version, whether it is an sdist) of an archive's file name; the version is None for other files and for wheels
    with compiled parts."""
    try:
        if file.endswith((".tar.gz", ".zip")):
            return parse_sdist_filename(file)[1], True
        if file.endswith("-none-any.whl"):
            return parse_wheel_filename(file)[1], False
    except (ValueError, InvalidVersion):
        pass
    return None, False
