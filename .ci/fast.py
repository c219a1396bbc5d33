"""Checks within a minute what differs from main: linters on the changed files, then the tests nearest to them.

The contracts and golden cases of a changed plugin are first, with the files that are made from it, then the nearest tests:
the changed ones, those of the same path below ``tests/unit``, and those that import a changed module.
The tests of the same area follow until the time is over; what was not reached is named. ``make check`` is the gate.
"""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SECONDS = 60
NO_TESTS = 5  # pytest: nothing of that name
PLUGINS = {
    *(("src", "careen", kind) for kind in ("catalogers", "advisories", "reports", "versions")),
    *(("tests", "golden", kind) for kind in ("catalogers", "advisories")),
}
MADE_FROM = ("catalogers", "advisories", "reports", "versions", "distributions", "images", "sboms", "checks", "secrets")
MADE = [f"tests/docs/test_{name}.py" for name in ("reference", "outlines", "rulefiles")]  # files that the code makes
SLOW = ("e2e", "acceptance", "oracle", "docs")  # run where they changed themselves, or by the gate


def main() -> int:
    start = time.monotonic()
    changed = changes()
    if not changed:
        print("nothing differs from main")
        return 0
    nearest = nearest_tests(changed)
    others = area_tests(changed) - nearest
    groups = [plugin_tests(changed), made_tests(changed), sorted(map(str, nearest)), sorted(map(str, others))]
    steps = [*linters(changed), *([sys.executable, "-m", "pytest", "-q", *tests] for tests in groups if tests)]
    for number, step in enumerate(steps):
        print("$", _shown(step), flush=True)
        code = _run(step, SECONDS - (time.monotonic() - start))
        if code is None:
            passed = "; ".join(map(_shown, steps[:number])) or "nothing"
            print(f"{SECONDS} seconds are over. Passed: {passed}")
            print(f"Not run, or not to the end: {'; '.join(map(_shown, steps[number:]))}")
            print("`make check` runs everything.")
            return 0
        if code and code != NO_TESTS:
            return code
    return 0


def changes() -> list[Path]:
    """The files that differ from where this branch left main, committed or not, relative to the checkout."""
    base = _git("merge-base", "HEAD", "main") or _git("merge-base", "HEAD", "origin/main") or ["HEAD"]
    names = {*_git("diff", "--name-only", base[0]), *_git("ls-files", "--others", "--exclude-standard")}
    return sorted(Path(name) for name in names)


def linters(changed: Iterable[Path]) -> Iterable[list[str]]:
    there = [path for path in changed if (HOME / path).is_file()]
    python = [str(path) for path in there if path.suffix == ".py"]
    spoken = [str(path) for path in there if path.suffix in (".md", ".py", ".toml", ".yml") and path.parts[0] != "tests"]
    if python:
        yield [str(BIN / "ruff"), "check", "--force-exclude", *python]
        yield [str(BIN / "ruff"), "format", "--check", "--force-exclude", *python]
    if spoken:
        yield [str(BIN / "codespell"), *spoken]
    if any(path.parts[0] == "src" for path in there):
        yield [str(BIN / "lint-imports")]


def nearest_tests(changed: Iterable[Path]) -> set[Path]:
    tests = {path for path in _tests() if path in set(changed)}
    for path in changed:
        if path.parts[:2] == ("src", "careen") and path.suffix == ".py":
            tests |= {test for test in _tests() if test.parts[1] not in SLOW and _is_near(path)(test)}
    return tests


def plugin_tests(changed: Iterable[Path]) -> list[str]:
    """What pytest is asked for, if a plugin or one of its golden cases changed."""
    names = {path.with_suffix("").parts[3] for path in changed if path.parts[:3] in PLUGINS and len(path.parts) > 3}
    chosen = sorted({word for name in names - {"__init__"} for word in (name, name.replace("_", "-"))})
    return ["tests/contract", "tests/golden", "-k", " or ".join(chosen)] if chosen else []


def made_tests(changed: Iterable[Path]) -> list[str]:
    """The tests of files that are made from plugins, if one of these or a TOML file changed."""
    is_source = any(path.parts[:2] == ("src", "careen") and path.parts[2:3] and path.parts[2] in MADE_FROM for path in changed)
    return MADE if is_source or any(path.suffix == ".toml" and path.parts[0] == "src" for path in changed) else []


def area_tests(changed: Iterable[Path]) -> set[Path]:
    """The tests of the folders below ``tests/unit`` that mirror a changed one."""
    folders = {Path("tests", "unit", *path.parent.parts[2:]) for path in changed if path.parts[:2] == ("src", "careen")}
    return {test for test in _tests() if test.parent in folders and test.parts[:2] == ("tests", "unit")}


def _run(command: list[str], seconds: float) -> int | None:
    """The exit code; None if the time was over, where pytest ends its processes and sums up what it saw."""
    if seconds <= 0:
        return None
    with subprocess.Popen(command, cwd=HOME) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            return None


def _is_near(source: Path) -> Callable[[Path], bool]:
    """Whether a file of tests mirrors a module or imports it."""
    parts = source.with_suffix("").parts[2:]
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    package, name = ".".join(("careen", *parts[:-1])), parts[-1] if parts else "careen"
    module = ".".join(("careen", *parts))
    imports = re.compile(rf"\b{re.escape(module)}\b|from {re.escape(package)} import [^\n]*\b{re.escape(name)}\b")
    mirror = Path("tests", "unit", *parts[:-1], f"test_{name}.py")
    return lambda test: test == mirror or bool(imports.search((HOME / test).read_text("utf-8")))


def _tests() -> list[Path]:
    return sorted(path.relative_to(HOME) for path in (HOME / "tests").rglob("test_*.py"))


def _git(*arguments: str) -> list[str]:
    return subprocess.run(["git", *arguments], cwd=HOME, capture_output=True, text=True).stdout.splitlines()


def _shown(command: list[str]) -> str:
    text = " ".join([Path(command[0]).name, *command[1:]])
    return text if len(text) <= 300 else f"{text[:300]} …"


if __name__ == "__main__":
    sys.exit(main())
