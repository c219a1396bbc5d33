"""``careen ci hook``: the files of a commit, as a hook of pre-commit names them.

Their names are paths, never flags or images. Files without anything to check pass, since a hook is given every file of a type.
"""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from careen.errors import NothingToCheckError, UsageError

KINDS = {"files": "medium", "secrets": "secret", "locks": "high"}  # what stops the commit, by kind of hook
LOCKS = frozenset((
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "deno.lock",
    "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "requirements.txt", "Cargo.lock", "go.mod",
    "Gemfile.lock", "composer.lock", "packages.lock.json", "gradle.lockfile", "mix.lock", "pubspec.lock",
    "Podfile.lock", "Package.resolved", "conan.lock", "conda-lock.yml",
))  # fmt: skip
QUIET = ("--quiet", "--no-progress")


def hook(words: Sequence[str], condition: str) -> int:
    kind, *files = words or ("",)
    if kind not in KINDS:
        raise UsageError(f"careen ci hook has no kind {kind!r}", f"kinds: {', '.join(KINDS)}")
    gate = ("--fail-on", condition or KINDS[kind])
    wanted = [name for name in files if kind != "locks" or Path(name).name in LOCKS]
    if not wanted:
        return 0
    if kind == "files":
        return _check(wanted, gate)
    return _scan(wanted, gate, "vuln" if kind == "locks" else "secret")


def _check(files: Sequence[str], gate: Sequence[str]) -> int:
    from . import check

    try:
        words = [*gate, *QUIET, "--scanners", "config", "--", *(_as_path(name) for name in files)]
        return int(check.run(check.parser().read(words)))
    except NothingToCheckError:
        return 0


def _scan(files: Sequence[str], gate: Sequence[str], scanner: str) -> int:
    """Scans a temporary folder with copies of these files alone, since the working folder may have many others.
    Returns the exit code."""
    from . import scan

    with tempfile.TemporaryDirectory(prefix="careen-hook-") as name:
        folder = Path(name, "commit")
        for file in files:
            source = Path(file)
            if source.is_symlink() or not source.is_file() or source.is_absolute() or ".." in source.parts:
                continue
            (folder / source).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / source)
        if not folder.exists():
            return 0
        return int(scan.run(scan.parser().read([*gate, *QUIET, "--scanners", scanner, "--", f"directory:{folder}"])))


def _as_path(name: str) -> str:
    return name if Path(name).is_absolute() else f"./{name}"
