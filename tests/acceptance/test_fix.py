"""``careen fix`` keeps its promise: its diff, applied to an image's inventory, leaves as many findings as it states.

The diff is taken from the command line and read as the package managers would read it, from its text alone: pip sets the
packages that it names, npm those at the top of a project, its overrides every copy below, apt to what the plan states that
the archive has. The changed inventory is then assessed anew. Real images: skipped if the corpus or the database is missing.
"""

import os
import re
import shlex
from pathlib import Path

import pytest
from msgspec.structs import replace

from careen.app.session import Session
from careen.cli.main import main
from careen.config import load
from careen.model.package import Evidence, Source
from careen.output.summary import build_step
from careen.plugins import silent
from tests.support.command import ROOT

CORPUS = Path(os.environ.get("CAREEN_CORPUS", ROOT / ".cache" / "corpus")) / "oci"
CACHE = Path(os.environ.get("CAREEN_CACHE_DIR", ROOT / ".cache" / "careen"))
IMAGES = ("python-app", "node-app", "debian12", "debian11-old")


@pytest.fixture(scope="module")
def session():
    if not CORPUS.is_dir() or not (CACHE / "database" / "advisories.sqlite").is_file():
        pytest.skip("no corpus of images, or no database below CAREEN_CACHE_DIR")
    settings = load({"cache_dir": str(CACHE), "offline": True, "scanners": ["vuln"]}, {"HOME": str(CACHE)}).settings
    with Session(settings) as session:
        yield session


def added_lines(report, image, tmp_path, capsys):
    """The RUN lines of the diff of a Dockerfile whose only instruction is the last one of the image's history."""
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(f"FROM base\n{build_step(report.image.config.history[-1].created_by)}\n")
    flags = ("--offline", "--quiet", "--cache-dir", str(CACHE))
    assert main(["fix", str(image), *flags, "--dockerfile", str(dockerfile), "--format", "diff"]) == 0
    diff = capsys.readouterr().out
    return [line.removeprefix("+RUN ") for line in diff.splitlines() if line.startswith("+RUN ")]


def installed(lines, upgrades):
    """(does it apply to a package, version) for each that the lines name."""
    found = []
    for line in lines:
        for words in (shlex.split(part) for part in line.split(" && ")):
            match words:
                case ["cd", folder]:
                    project = f"{folder.strip('/')}/node_modules/".removeprefix("/")
                case [python, "-m", "pip", "install", "--no-cache-dir", *named]:
                    prefix = python.strip("/").rpartition("bin/")[0]
                    found += [(pip(prefix, *one.split("==")), one.split("==")[1]) for one in named]
                case ["npm", "install", *named]:
                    named = [one for one in named if not one.startswith("-")]
                    pairs = [one.rpartition("@")[::2] for one in named]
                    direct = dict(pairs)
                    found += [(npm(project, name, nested=False), version) for name, version in pairs]
                case ["npm", "pkg", "set", *named]:
                    for one in named:
                        name, version = re.fullmatch(r"overrides\[(.+)\]=(.+)", one).groups()
                        found.append((npm(project, name, nested=True), direct[name] if version.startswith("$") else version))
                case ["apt-get", "install", "-y", "--only-upgrade", *named]:
                    found += [(deb(name), to) for name, to in upgrades.items() if name in named]
    return found


def pip(prefix, name, _):
    normal = re.sub(r"[-_.]+", "-", name).lower()
    return lambda package, path: (
        package.type == "pypi"
        and re.sub(r"[-_.]+", "-", package.name).lower() == normal
        and path.startswith(f"{prefix}lib")
        and re.search(r"(dist|egg)-info", path.partition("site-packages/")[2].partition("/")[0])
    )


def npm(project, name, nested):
    root = project.removesuffix("node_modules/")

    def applies(package, path):
        below = path.startswith(project) and "node_modules/" in path.removeprefix(project)
        at = path.startswith(project) and below == nested
        return package.type == "npm" and package.name == name and (at or path == f"{root}package-lock.json")

    return applies


def deb(name):
    return lambda package, _: package.type == "deb" and package.name == name


def after(inventory, changes):
    """Each package in each of its places by itself: what stays in one of them in its old version is still found."""
    packages = {}
    for package in inventory.packages:
        for place in package.evidence or (None,):
            path = place.path if place else ""
            to = next((version for applies, version in changes if applies(package, path)), None)
            moved = package
            if to is not None:
                source = Source(package.source.name, to) if package.source else None
                place = place and Evidence(place.path.replace(package.version, to), place.layer)
                moved = replace(package, version=to, source=source)
            key = (moved.purl, moved.owned_by, moved.presence)
            known = packages.setdefault(key, replace(moved, evidence=()))
            packages[key] = replace(known, evidence=(*known.evidence, *((place,) if place else ())))
    return replace(inventory, packages=tuple(packages.values()))


@pytest.mark.parametrize("name", IMAGES)
def test_the_diff_leaves_as_many_findings_as_it_states(session, name, tmp_path, capsys):
    image = CORPUS / name
    if not image.is_dir():
        pytest.skip(f"no image {name} in the corpus")
    report, plan = session.fix(str(image), "base")
    upgrades = {one.package: one.to for action in plan.actions if action.manager == "apt" for one in action.upgrades}
    lines = added_lines(report, image, tmp_path, capsys)
    assert bool(lines) == any(action.in_dockerfile for action in plan.actions)

    with session._scanned(str(image), silent) as scanned:
        findings = session._reassessing(report, scanned.knowledge)
        assert len(findings(report.inventory)) == plan.before
        left = findings(after(report.inventory, installed(lines, upgrades)))
    assert len(left) == plan.after_dockerfile
    assert (plan.after_dockerfile < plan.before) == bool(lines)
