"""Code that runs by itself, and settings of package sources: lines of ``.pth`` files, indexes of pip and npm, scripts of npm.

A ``.pth`` file beside the modules of Python runs each of its lines that begins with ``import``. Of an address, only the host
is stored.
**Source:** Python documentation, ``site``; pip documentation, "Configuration"; npm documentation, ``npmrc`` and ``scripts``.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from careen.model.hooks import HookFact
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern
from careen.safety.typed import from_json

MAX_LINES = 1000
MAX_DETAIL = 200
# Installers may download sources that they build: only downloaded code that runs at once, or hidden code, is reported.
_SCRIPTS = ("preinstall", "install", "postinstall")
_RUNS_DOWNLOAD = pattern(
    r"(?:curl|wget)\b[^|;&\n]{0,300}\|\s{0,5}(?:ba|da|z)?sh\b|\bbase64\s{1,5}(?:-d|--decode)|\bnode\s{1,5}(?:-e|--eval)\b"
    r"[^\n]{0,500}(?:https?:|child_process|Buffer\.from)|powershell[^\n]{0,300}(?:-enc|DownloadString)"
)
_INDEX = pattern(r"(?i)^\s{0,20}(?:--)?(extra[-_]index[-_]url|index[-_]url)\s{0,20}[=:\s]\s{0,20}(\S{1,500})")
_REGISTRY = pattern(r"^\s{0,20}(?:@[\w.-]{1,100}:)?registry\s{0,20}=\s{0,20}(\S{1,500})")


_MODULES = pattern(r"(?:^|/)(?:site|dist)-packages/[^/]+$")


class _Package(Struct):
    scripts: dict[str, Any] = {}


def read_start(file: File) -> Iterator[HookFact]:
    """Yields the lines of a ``.pth`` file that Python runs: they begin with ``import``."""
    if not _MODULES.search(file.path) or b"\0" in file.data[:1024]:
        return  # weights of a model have the same ending
    for line in _lines(file):
        if line.startswith(("import ", "import\t")):
            yield HookFact("python_start", line[:MAX_DETAIL])


def read_pip(file: File) -> Iterator[HookFact]:
    for line in _lines(file):
        if match := _INDEX.match(line):
            yield from index_facts(match[1].lower().replace("_", "-").startswith("extra"), match[2])


def read_npm(file: File) -> Iterator[HookFact]:
    for line in _lines(file):
        if match := _REGISTRY.match(line):
            yield from index_facts(False, match[1])


def read_package(file: File) -> Iterator[HookFact]:
    data = file.data
    if b'install"' not in data:
        return
    try:
        scripts = from_json(data, _Package).scripts
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return  # the reader of packages states that it cannot be read
    for name in _SCRIPTS:
        command = scripts.get(name)
        if isinstance(command, str) and _RUNS_DOWNLOAD.search(command[:4000]):
            yield HookFact("install", " ".join(f"{name}: {command}".split())[:MAX_DETAIL])


def index_facts(is_extra: bool, address: str) -> Iterator[HookFact]:
    """The facts that the address of a package index shows: an additional index, an index without TLS."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        host = (parts.hostname or "")[:MAX_DETAIL]
    except ValueError:
        return
    if is_extra and host:
        yield HookFact("extra_index", host)
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        yield HookFact("plain_index", host)


def _lines(file: File) -> list[str]:
    return file.data.decode("utf-8", "replace").splitlines()[:MAX_LINES]


CATALOGER = Cataloger(
    name="hooks",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(suffixes=(".pth",), amount="head"), read_start),
        Reader(Wants(names=("pip.conf",), amount="head"), read_pip),
        Reader(Wants(names=(".npmrc",), amount="head"), read_npm),
        Reader(Wants(names=("package.json",)), read_package),
    ),
    fact=HookFact,
    role="hooks",
    limits="Hooks of other languages; install scripts that are programs of their own.",
)
