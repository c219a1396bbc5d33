"""Download over plain HTTP."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_call, of_step, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.shell.downloads import read_download
from careen.formats.shell.powershell import fetched
from careen.plugins import Check, Place

_NEAR = (
    r"localhost|127\.[\d.]+|\[::1\]|10\.[\d.]+|192\.168\.[\d.]+|"
    r"172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|[^.]+|.*\.(?:local|internal|svc)"
)
_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "NPM_CONFIG_REGISTRY", "GOPROXY")
_INDEX_FLAGS = (
    *("-i", "--index-url", "--extra-index-url", "-f", "--find-links"),  # pip
    *("--registry", "-s", "--source"),  # npm, yarn, gem
    *("-X", "--repository"),  # apk
)
_REPOSITORY = re.compile(r"\b(?:deb(?:-src)?\s+(?:\[[^]]*\]\s*)?|baseurl\s*=\s*)(http://[^\s'\"]+)")


def inspect(document: Dockerfile) -> Iterator[Place]:
    yield from _downloads(document)
    yield from _package_indexes(document)
    yield from _settings(document)
    yield from _repositories(document)


def _downloads(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("curl", "wget", "aria2c"):
        got = read_download(call.command.words)
        for url in got.urls if got else ():
            if _is_plain(call.step.resolve(url, chr(0))):
                yield of_call(call, url)
    for step in document.of("RUN"):
        if not step.posix:
            yield from (of_step(step, url) for url in fetched(step.instruction.text) if _is_plain(url))
    for step in document.of("ADD"):
        for source in step.instruction.words[:-1]:
            if _is_plain(step.resolve(source, document.escape)):
                yield of_step(step, f"ADD {source}")


def _package_indexes(document: Dockerfile) -> Iterator[Place]:
    """Yields flags of package managers, and packages that are given as a URL."""
    for call, package in document.package_calls("pip", "npm", "yarn", "gem", "apk", "rpm", "dnf", "yum", "zypper"):
        urls = (spec.text for spec in package.specs if spec.kind == "url")
        for value in (*package.options.values(*_INDEX_FLAGS), *urls):
            if _is_plain(value):
                yield of_call(call, f"{package.program} … {value}")


def _settings(document: Dockerfile) -> Iterator[Place]:
    """Yields values of ``git config`` and similar commands, and of environment variables."""
    for call in document.calls("git", "go", "npm", "pip", "pip3", "yarn"):
        if call.command.words[1:2] in (("clone",), ("config",), ("env",)):
            for word in call.command.words[2:]:
                if _is_plain(word.rpartition("=")[2]) and not re.search(r"proxy$", call.command.words[-2], re.IGNORECASE):
                    yield of_call(call, shown(call.command.words))
    for step in document.of("ENV", "ARG"):
        for name, value, _ in step.instruction.pairs:
            if name.upper() in _VARIABLES and _is_plain(step.resolve(value, document.escape)):
                yield of_step(step, f"{name}={value}")


def _repositories(document: Dockerfile) -> Iterator[Place]:
    """Yields lines that a command writes into the configuration of apt or dnf."""
    for step in document.of("RUN"):
        for command in step.commands:
            if command.program in ("echo", "printf", "add-apt-repository", "yum-config-manager"):
                found = _REPOSITORY.search(" ".join(command.words))
                if found and _is_plain(found[1]):
                    yield Place(f"repository {found[1]}", command.line, command.end_line)


def _is_plain(text: str) -> bool:
    """Whether a text is a URL with plain HTTP. Hosts of this machine and of private networks do not count, as
    strangers cannot intercept their traffic."""
    host = re.match(r"['\"]?http://(?:[^/@\s]*@)?(\[[^]]*\]|[^/:\s'\"]+)", text, re.IGNORECASE)
    return host is not None and re.fullmatch(_NEAR, host[1]) is None


CHECK = Check(
    id="DKR-009",
    title="Download over plain HTTP",
    severity="medium",
    why=(
        "Anyone on the network path can read and change the download. Signed repositories detect a change; scripts, "
        "keys and archives do not."
    ),
    fix="Use https; if the server has none, verify a checksum that is in the Dockerfile.",
    references=("CWE-319",),
    inspect=inspect,
)
