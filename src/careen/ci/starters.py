"""The file that makes a repository run Careen in its pipeline, made for the files that the repository has.

A name from the repository goes into such a file only if it has plain letters: others could be an expression there. A
step has no right that it does not use, and each action is named by its commit.
"""

import os
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

Service = Literal["github", "gitlab", "jenkins", "pre-commit"]
SERVICES: tuple[Service, ...] = ("github", "gitlab", "jenkins", "pre-commit")
MARKS: dict[Service, str] = {
    "github": ".github", "gitlab": ".gitlab-ci.yml", "jenkins": "Jenkinsfile", "pre-commit": ".pre-commit-config.yaml",
}  # fmt: skip
CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"
PLAIN = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9 _./-]*")
DOCKERFILE = re.compile(
    r"(?:Dockerfile|Containerfile)(?:[.-][A-Za-z0-9_-]+)?|[A-Za-z0-9_-]+\.(?:Dockerfile|Containerfile)", re.IGNORECASE
)
LEFT_OUT = frozenset(("node_modules", "vendor", "testdata", "tests", "test"))
FOLDERS, IMAGES, DEPTH = 20_000, 10, 8


class Found(Struct, frozen=True):
    """The pipelines and Dockerfiles of a repository. ``left_out``: the number of Dockerfiles whose names are not
    plain, or that are too many."""

    services: tuple[Service, ...]
    dockerfiles: tuple[str, ...]
    left_out: int
    branch: str


class Source(Struct, frozen=True):
    """The source of Careen: the address of its repository, and its commit or version."""

    repository: str  # https://HOST/OWNER/NAME
    revision: str


class Addition(Struct, frozen=True):
    """A new file; or lines for an existing file, which its owner must put at the right place."""

    path: str
    text: str
    is_file: bool


def look(root: Path) -> Found:
    services = tuple(service for service, mark in MARKS.items() if (root / mark).exists())
    names = sorted(_dockerfiles(root))
    plain = [name for name in names if PLAIN.fullmatch(name)]
    return Found(services, tuple(plain[:IMAGES]), len(names) - len(plain[:IMAGES]), _branch(root))


def additions(found: Found, service: Service, source: Source, root: Path) -> Addition | None:
    """What to add to the repository, so that the service runs Careen; None if it does already."""
    if service == "github":
        return Addition(".github/workflows/careen.yml", _workflow(found, source), True)
    mark = MARKS[service]
    text = {"gitlab": _job, "jenkins": _stage, "pre-commit": _hooks}[service](found, source)
    known = _read(root / mark)
    if known is None:
        return Addition(mark, _whole(service, text), True)
    return None if "careen" in known.lower() else Addition(mark, text, False)


def _dockerfiles(root: Path) -> Iterator[str]:
    """Paths of Dockerfiles from the root; folders of dependencies and tests, hidden ones and links are skipped."""
    for number, (place, folders, files) in enumerate(os.walk(root)):
        here = Path(place).relative_to(root)
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT and not name.startswith("."))
        if number >= FOLDERS or len(here.parts) >= DEPTH:
            folders.clear()
        yield from ((here / name).as_posix() for name in files if DOCKERFILE.fullmatch(name))


def _branch(root: Path) -> str:
    """The default branch of the remote, else the present one; main if the name is not plain."""
    for file, prefix in ((".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/"), (".git/HEAD", "ref: refs/heads/")):
        name = (_read(root / file) or "").strip()
        if name.startswith(prefix) and PLAIN.fullmatch(name.removeprefix(prefix)):
            return name.removeprefix(prefix)
    return "main"


def _workflow(found: Found, source: Source) -> str:
    use = f"{source.repository.split('://', 1)[-1].split('/', 1)[1]}@{source.revision}"
    minute, hour = divmod(zlib.crc32("".join(found.dockerfiles).encode()) % 1440, 24)
    lines = [
        "# Finds vulnerabilities, misconfigurations and secrets. Made by careen init.",
        "name: careen",
        "on:",
        "  push:",
        f'    branches: ["{found.branch}"]',
        "  pull_request:",
        "  schedule:",
        f'    - cron: "{minute} {hour} * * *"   # new advisories concern old images',
        "permissions: {}",
        "jobs:",
        *_github_job("files", use, {"path": "."}),
    ]
    for number, name in enumerate(found.dockerfiles, start=1):
        context = name.rpartition("/")[0] or "."
        build = f"docker build --file '{name}' --tag careen-{number}:ci '{context}'"
        lines += _github_job(f"image-{number}", use, {"image": f"docker:careen-{number}:ci", "dockerfile": name}, build)
    return "\n".join(lines) + "\n"


def _github_job(name: str, use: str, inputs: dict[str, str], build: str = "") -> Sequence[str]:
    return (
        f"  {name}:",
        "    runs-on: ubuntu-latest",
        "    timeout-minutes: 30",
        "    permissions:",
        "      contents: read   # comment: true needs pull-requests: write, code-scanning: true needs security-events: write",
        "    steps:",
        f"      - uses: {CHECKOUT}",
        "        with:",
        "          persist-credentials: false",
        *((f"      - run: {build}",) if build else ()),
        f"      - uses: {use}",
        "        with:",
        *(f'          {key}: "{value}"' for key, value in inputs.items()),
    )


def _job(found: Found, source: Source) -> str:
    host = source.repository.split("://", 1)[-1]
    return (
        f'include:\n  - component: {host}/scan@{source.revision}\n    inputs:\n      path: "."\n      version: "{_version()}"\n'
    )


def _stage(found: Found, source: Source) -> str:
    script = (
        "python3 -m venv .careen",
        f'.careen/bin/pip install --quiet "careen[secrets]=={_version()}"',
        ".careen/bin/careen ci run -- check . --fail-on high",
    )
    body = "".join(f"      {line}\n" for line in script)
    return f"stage('Careen') {{\n  steps {{\n    sh '''\n{body}    '''\n    junit 'careen-reports/careen.junit.xml'\n  }}\n}}\n"


def _hooks(found: Found, source: Source) -> str:
    names = (*(("careen-dockerfile",) if found.dockerfiles else ()), "careen-compose", "careen-locks", "careen-secrets")
    listed = "".join(f"      - id: {name}\n" for name in names)
    return f"  - repo: {source.repository}\n    rev: {source.revision}\n    hooks:\n{listed}"


def _whole(service: Service, text: str) -> str:
    """The lines as a complete file."""
    if service == "jenkins":
        inner = "".join(f"    {line}\n" for line in text.splitlines())
        return f"pipeline {{\n  agent any\n  stages {{\n{inner}  }}\n}}\n"
    return f"repos:\n{text}" if service == "pre-commit" else text


def _version() -> str:
    from careen import __version__

    return __version__


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return stream.read(1 << 20).decode(errors="replace")
    except OSError:
        return None
