"""Finds changes in our own code that no test notices.

    python .ci/mutants.py AREA…        # an area is a folder or a file below src/careen: versions, matching/rank.py
    CAREEN_MUTANTS_MINUTES=60          # stop after an hour, and report on the mutants that were run

mutmut makes one small change at a time (a mutant) in a copy of the sources, and runs the tests that reach it. Mutants that
survive are written to ``mutants/survivors.txt``; one that ``.ci/survivors.toml`` does not list with a reason is an error.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).resolve().parents[1]
MUTMUT = Path(sys.executable).with_name("mutmut")
COPIED = ("src", "tests", "docs", "examples", "pyproject.toml", "README.md", "hatch_build.py", ".ci")
MINUTES = float(os.environ.get("CAREEN_MUTANTS_MINUTES", "300"))
KILLED = ("killed", "timeout", "caught by type check")


class Mutant(NamedTuple):
    """One line of a file below ``src/careen`` as it is, and as the mutant has it."""

    file: str
    line: str
    mutated: str


def main(areas: list[str]) -> int:
    missing = [area for area in areas if not (HOME / "src" / "careen" / area).exists()]
    if missing or not areas:
        sys.exit(f"src/careen has no {missing[0]}" if missing else "make mutants AREA=versions")
    found, unchecked = survivors(areas)
    listed = reasons(HOME / ".ci" / "survivors.toml")
    place = HOME / "mutants" / "survivors.txt"
    place.parent.mkdir(exist_ok=True)
    place.write_text("".join(f"{one.file}\n- {one.line}\n+ {one.mutated}\n\n" for one in found), "utf-8")
    unlisted = [one for one in found if one not in listed]
    for one in unlisted:
        print(f"survived: {one.file}\n- {one.line}\n+ {one.mutated}\n")
    for one in sorted(set(listed) - set(found)):
        if any(one.file == area or one.file.startswith(f"{area}/") for area in areas):
            print(f"does not survive any more, remove it from .ci/survivors.toml: {one.file}: {one.mutated}")
    print(f"{len(found)} mutants survived, {len(unlisted)} of them without a reason in .ci/survivors.toml")
    if unchecked:
        print(f"{unchecked} mutants were not run: the time was over")
    return 1 if unlisted else 0


def survivors(areas: list[str]) -> tuple[list[Mutant], int]:
    """Those that no test killed, and how many were not run."""
    with tempfile.TemporaryDirectory(prefix="careen-mutants-") as folder:
        tree = Path(folder)
        for name in COPIED:
            copy = shutil.copytree if (HOME / name).is_dir() else shutil.copyfile
            copy(HOME / name, tree / name)
        with (tree / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(configuration(areas))
        _mutmut(tree, "run", "--max-children", str(os.cpu_count() or 1), minutes=MINUTES)
        lines = [line.strip().rpartition(": ") for line in _mutmut(tree, "results").splitlines() if ": " in line]
        outcomes = {name: outcome for name, _, outcome in lines if outcome not in KILLED}
        unchecked = [name for name, outcome in outcomes.items() if outcome == "not checked"]
        return sorted(_shown(_mutmut(tree, "show", name)) for name in outcomes.keys() - set(unchecked)), len(unchecked)


def configuration(areas: list[str]) -> str:
    """What mutmut reads from pyproject.toml. Values are written as JSON, which TOML shares for lists of texts."""
    mutated = [f"src/careen/{area}" if area.endswith(".py") else f"src/careen/{area}/*" for area in areas]
    rooms = {area.partition("/")[0] for area in areas}
    tests = {f"tests/unit/{room}" for room in rooms}
    for path in (HOME / "tests" / "property").glob("test_*.py"):
        if any(f"careen.{room}" in path.read_text("utf-8") for room in rooms):
            tests.add(path.relative_to(HOME).as_posix())
    lines = {
        "source_paths": ["src"],
        "only_mutate": mutated,
        "also_copy": [name for name in COPIED if name not in ("src", "tests")],
        "pytest_add_cli_args_test_selection": sorted(tests),
        "do_not_mutate_patterns": [r"^\s*raise "],  # the texts of errors
    }
    return "\n[tool.mutmut]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())


def reasons(file: Path) -> dict[Mutant, str]:
    """The reason of each survivor that is listed."""
    listed = tomllib.loads(file.read_text("utf-8")).get("survivor", [])
    return {Mutant(one["file"], one["line"], one["mutated"]): one["reason"] for one in listed}


def _mutmut(tree: Path, *arguments: str, minutes: float | None = None) -> str:
    """What it prints. After these minutes it is interrupted, and keeps what it has found out by then."""
    environ = {**os.environ, "CI": "1"}  # the same generated examples for each mutant
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        subprocess.Popen([MUTMUT, *arguments], cwd=tree, env=environ, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            code = process.wait(minutes and minutes * 60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            code = 0
            process.wait(60)
        output.seek(0)
        printed = output.read()
    if code:
        sys.exit(f"mutmut {arguments[0]} failed:\n{printed[-4000:]}")
    return printed


def _shown(diff: str) -> Mutant:
    """From the unified diff that mutmut shows. Of a statement over several lines the first that differs counts."""
    lines = diff.splitlines()
    (file,) = (line.removeprefix("--- src/careen/") for line in lines if line.startswith("--- "))
    line = next((line for line in lines if line.startswith("-") and not line.startswith("---")), "-")
    mutated = next((line for line in lines if line.startswith("+") and not line.startswith("+++")), "+")
    return Mutant(file, line[1:].strip(), mutated[1:].strip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
