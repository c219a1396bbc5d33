"""Lays single files into a folder, lists its packages, and compares them with the manifest."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from benchmarks.program_versions.artefacts import DownloadError, fetch
from benchmarks.program_versions.manifest import Case, read_names, same_name, same_version

from careen import api

PROGRAM_KINDS = re.compile(r"pkg:(generic|golang|maven)/")  # the crate openssl is not OpenSSL
PACKAGES = "usr/lib/python3/site-packages"
OUTCOMES = ("right", "wrong", "missing", "not_there")


class Outcome(NamedTuple):
    case: Case
    outcome: str
    found: tuple[str, ...]  # versions, of the same product
    others: tuple[str, ...]  # products that the manifest does not name for this file


class Score(NamedTuple):
    right: int
    wrong: int  # reported versions that are none of the file's
    missing: int  # cases without their version

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missing) if self.right + self.missing else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def evaluate(cases: Iterable[Case], every: Iterable[Case], neutral: bool) -> Iterator[Outcome]:
    """``every`` is the whole manifest: what else a file is known to hold is no surprise."""
    products: dict[Path, set[str]] = {}
    for case in every:
        products.setdefault(case.artefact.folder / case.path, set()).add(case.product)
    names = read_names()
    with tempfile.TemporaryDirectory(prefix="programs-") as folder:
        settings = api.make_settings(cache_dir=str(Path(folder) / "cache"))
        for case in cases:
            try:
                fetch(case.artefact, [case.path])
            except DownloadError as error:
                yield Outcome(case, "not_there", (), (str(error),))
                continue
            source = case.artefact.folder / case.path
            packages = _packages(source, place(case, neutral), Path(folder) / "root", settings)
            found = tuple(sorted({version for name, version, kind in packages if same_name(case.product, name, kind, names)}))
            others = sorted(
                f"{name} {version}"
                for name, version, kind in packages
                if kind == "generic" and not any(same_name(product, name, kind, names) for product in products[source])
            )
            yield Outcome(case, _outcome(case, found), found, tuple(others))


def place(case: Case, neutral: bool) -> str:
    """Where the file lies in an image. Neutral: no folder and no name of a program shows what it is."""
    path = PurePosixPath(case.path)
    if neutral:
        return f"opt/{path.name if case.is_library else 'program'}"
    if case.place:
        return case.place
    if case.artefact.registry == "debian":
        return case.path
    if case.artefact.registry == "npm":
        return f"usr/lib/node_modules/{case.artefact.name}/{path.relative_to(path.parts[0])}"
    if data := re.fullmatch(r"[^/]+\.data/(scripts|purelib|platlib)/(.+)", case.path):
        return f"{'usr/local/bin' if data[1] == 'scripts' else PACKAGES}/{data[2]}"
    return f"{PACKAGES}/{path}"


def score(outcomes: Iterable[Outcome]) -> Score:
    right = wrong = missing = 0
    for outcome in outcomes:
        if outcome.outcome == "not_there":
            continue
        hit = outcome.outcome == "right"
        right += hit
        missing += not hit
        wrong += len(outcome.found) - hit
    return Score(right, wrong, missing)


def _outcome(case: Case, found: tuple[str, ...]) -> str:
    if any(same_version(case.version, version) for version in found):
        return "right"
    return "wrong" if found else "missing"


def _packages(source: Path, place: str, root: Path, settings: api.Settings) -> list[tuple[str, str, str]]:
    target = root / place
    target.parent.mkdir(parents=True)
    try:
        shutil.copyfile(source, target)
        target.chmod(0o755)
        inventory = api.inventory(f"directory:{root}", settings).inventory
        return [
            (package.name, package.version, kind[1])
            for package in inventory.packages
            if package.version and (kind := PROGRAM_KINDS.match(package.purl or ""))
        ]
    finally:
        shutil.rmtree(root)
