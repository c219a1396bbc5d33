"""Installs the Careen of this checkout for a pipeline: ``python3 .ci/install.py FOLDER [--extra secrets …]``.

Its dependencies come with the hashes of ``requirements.lock``, so that whoever names this checkout by its commit has named
everything. Writes for the steps that follow, to ``GITHUB_OUTPUT`` or standard output: ``careen`` (the program), ``cache`` (its
cache folder), ``work`` (a new folder), ``key`` (what the cache depends on) and ``day``. Only the standard library is used.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]


def key() -> str:
    """Of the code and of what it needs."""
    found = hashlib.sha256((HOME / "requirements.lock").read_bytes())
    for path in sorted((HOME / "src" / "careen").rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def install(place: Path, extras: list[str]) -> None:
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    locked = [sys.executable, str(HOME / ".ci" / "locked.py"), "--also", "hatchling"]
    text = subprocess.run([*locked, *(word for name in extras for word in ("--extra", name))], check=True, capture_output=True)
    requirements = place / "requirements.txt"
    requirements.write_bytes(text.stdout)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "--requirement", str(requirements)], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", str(HOME)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="install.py")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--extra", action="append", default=[])
    given = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036 (the Python of a runner may be any)
        sys.exit("Careen needs Python 3.11 or newer: actions/setup-python installs it")
    folder = given.folder.resolve()
    code = key()
    place = folder / f"venv-{code}"
    if not (place / "ready").exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        install(place, given.extra)
        (place / "ready").touch()
    program = place / ("Scripts/careen.exe" if os.name == "nt" else "bin/careen")
    values = {"careen": program, "cache": folder / "cache", "work": tempfile.mkdtemp(prefix="step-", dir=folder)}
    lines = "".join(f"{name}={value}\n" for name, value in {**values, "key": code, "day": time.strftime("%Y-%m-%d")}.items())
    if file := os.environ.get("GITHUB_OUTPUT"):
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(lines)
    else:
        sys.stdout.write(lines)


if __name__ == "__main__":
    main()
