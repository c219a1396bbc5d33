"""Builds a release and proves that it can be built again.

    python .ci/release.py build [--version 1.2.3] [--root root.json oci://HOST/NAME …]
    python .ci/release.py bump 1.2.3
    python .ci/release.py check v1.2.3

``build`` works on a copy of the sources, so that the checkout stays as it is. It writes to ``dist/``: the sdist, the wheel,
``SHA256SUMS`` of both, ``careen.cdx.json`` (the SBOM of an installation) and ``CHANGES.md`` (the notes of this release).
``bump`` writes the version and the folded changelog to the checkout, for the commit of a release.
``check`` fails if a tag does not name the version of the checkout.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

HOME = Path(__file__).resolve().parents[1]
DATABASE = "DATABASE: tuple[str, ...] = ()"
NOT_COPIED = {".git", ".cache", ".hypothesis", "build", "dist", "mutants", "tests", "benchmarks"}  # of the checkout itself


def build(place: Path, version: str = "", root: Path | None = None, addresses: tuple[str, ...] = ()) -> None:
    """Leaves the files of a release in ``place``; ends the program if the second build differs from the first."""
    if bool(root) != bool(addresses) or (root and not root.is_file()) or not all(one.startswith("oci://") for one in addresses):
        sys.exit("a release that knows a database needs its address and its root: make release DATABASE=oci://… ROOT=root.json")
    os.environ.setdefault("SOURCE_DATE_EPOCH", _time_of_commit())
    with tempfile.TemporaryDirectory(prefix="careen-release-") as name:
        folder = Path(name)
        tree = folder / "sources"
        shutil.copytree(HOME, tree, ignore=not_copied)
        if version:
            bump(tree, version)
        if root:
            _name_database(tree, root, addresses)
        first = _packages_of(tree, folder / "first")
        unpacked = folder / "unpacked"
        with tarfile.open(next(path for path in first if path.suffix == ".gz")) as sdist:
            sdist.extractall(unpacked, filter="data")
        second = _packages_of(next(unpacked.iterdir()), folder / "second")
        if differing := [one.name for one, other in zip(first, second, strict=True) if one.read_bytes() != other.read_bytes()]:
            sys.exit(f"built again from the sdist, these files differ: {', '.join(differing)}")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for path in first:
            shutil.copyfile(path, place / path.name)
        sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in first)
        (place / "SHA256SUMS").write_text(sums, "utf-8")
        (place / "CHANGES.md").write_text(notes(tree), "utf-8")
        installed = folder / f"careen-{version_of(tree)}"
        _write_sbom(next(path for path in first if path.suffix == ".whl"), installed, place / "careen.cdx.json")


def not_copied(folder: str, names: list[str]) -> list[str]:
    """For ``copytree``: what no package is made of."""
    made = [name for name in names if name == "__pycache__" or (name.startswith(".") and name.endswith("_cache"))]
    at_the_top = [name for name in names if name in NOT_COPIED or name.startswith(".venv")]
    return [*made, *at_the_top] if Path(folder) == HOME else made


def bump(tree: Path, version: str) -> None:
    """Writes the version to the one place that has it, and folds ``changelog.d`` into ``CHANGELOG.md``."""
    if not re.fullmatch(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?", version):
        sys.exit(f"{version} is not a version like 1.2.3 or 1.2.3rc1")
    file = tree / "src" / "careen" / "__init__.py"
    file.write_text(
        re.sub(r'(?m)^__version__ = ".*"$', f'__version__ = "{version}"', file.read_text("utf-8"), count=1), "utf-8"
    )
    day = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())))
    arguments = ["build", "--yes", "--dir", str(tree), "--version", version, "--date", day]
    subprocess.run([sys.executable, "-m", "towncrier", *arguments], check=True, stdout=subprocess.DEVNULL)


def check(tag: str) -> None:
    if tag != f"v{version_of(HOME)}":
        sys.exit(f"the tag {tag} does not name the version {version_of(HOME)} of the checkout")
    if left := len(list((HOME / "changelog.d").glob("*.md"))):
        sys.exit(f"changelog.d has {left} changes that are not in CHANGELOG.md: make bump VERSION=… folds them in")


def version_of(tree: Path) -> str:
    (version,) = re.findall(r'(?m)^__version__ = "(.*)"$', (tree / "src" / "careen" / "__init__.py").read_text("utf-8"))
    return str(version)


def notes(tree: Path) -> str:
    """The newest section of the changelog; empty if it is not of the tree's version."""
    found = re.search(r"(?ms)^## (\S+).*?(?=^## |\Z)", (tree / "CHANGELOG.md").read_text("utf-8"))
    return found[0] if found and found[1] == version_of(tree) else ""


def _time_of_commit() -> str:
    """Seconds; fixed where there is no Git, so that two builds agree."""
    shown = subprocess.run(["git", "-C", str(HOME), "log", "-1", "--format=%ct"], capture_output=True, text=True)
    return shown.stdout.strip() or "1577836800"


def _name_database(tree: Path, root: Path, addresses: tuple[str, ...]) -> None:
    signing = tree / "src" / "careen" / "signing"
    text = (signing / "anchor.py").read_text("utf-8")
    if text.count(DATABASE) != 1:
        sys.exit("anchor.py has no place for the address")
    (signing / "anchor.py").write_text(text.replace(DATABASE, f"DATABASE: tuple[str, ...] = {addresses!r}"), "utf-8")
    shutil.copyfile(root, signing / "root.json")


def _packages_of(tree: Path, place: Path) -> list[Path]:
    """The sdist and the wheel of a tree."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(place)]
    subprocess.run(command, cwd=tree, check=True, stdout=subprocess.DEVNULL)
    return sorted(place.iterdir())


def _write_sbom(wheel: Path, folder: Path, file: Path) -> None:
    """Careen's own inventory of an installation: the wheel beside its dependencies, as this environment has them."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-compile",
        "--target",
        str(folder),
    ]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True)
    for name in sorted(_dependencies("careen", set())):
        for path in distribution(name).files or ():
            if ".." not in path.parts and path.suffix != ".pyc":
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(path.locate()), folder / path)
    with tempfile.TemporaryDirectory(prefix="careen-cache-") as cache:
        environ = {**os.environ, "PYTHONPATH": str(folder), "CAREEN_CACHE_DIR": cache}
        command = [sys.executable, "-P", "-m", "careen", "inventory", "--format", f"cyclonedx={file}", "--quiet"]
        subprocess.run([*command, f"./{folder.name}/"], env=environ, check=True, cwd=folder.parent)


def _dependencies(name: str, known: set[str]) -> set[str]:
    """The names of what a distribution needs, and of what that needs, without extras."""
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in known:
            known.add(requirement.name)
            _dependencies(requirement.name, known)
    return known


def main() -> None:
    parser = argparse.ArgumentParser(prog="release.py")
    commands = parser.add_subparsers(dest="command", required=True)
    of_build = commands.add_parser("build")
    of_build.add_argument("--version", default="")
    of_build.add_argument("--root", default="")
    of_build.add_argument("addresses", nargs="*")
    commands.add_parser("bump").add_argument("version")
    commands.add_parser("check").add_argument("tag")
    given = parser.parse_args()
    if given.command == "build":
        build(HOME / "dist", given.version, Path(given.root) if given.root else None, tuple(given.addresses))
    elif given.command == "bump":
        bump(HOME, given.version)
    else:
        check(given.tag)


if __name__ == "__main__":
    main()
