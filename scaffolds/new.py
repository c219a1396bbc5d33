"""Begins a plugin: the file, its test case and its line for users, with TODO where something has to be written.

    python scaffolds/new.py cataloger|source|reporter|distribution NAME
    python scaffolds/new.py check NAME TARGET          # TARGET: a folder of careen.checks: dockerfile, kubernetes, compose …

The folder of a kind is laid over the checkout. In paths and texts NAME becomes the name and ID the next free id of the checks
of the target. No file that is there is changed.
"""

import re
import sys
from pathlib import Path

SCAFFOLDS = Path(__file__).resolve().parent
HOME = SCAFFOLDS.parent
KINDS = ("check", "cataloger", "source", "reporter", "distribution")
PLACEHOLDER = re.compile(r"\bNAME\b|(?<=test_)NAME\b|\bID\b")


def begin(home: Path, kind: str, name: str, target: str = "") -> list[Path]:
    """Writes the files; gives their paths."""
    if kind not in KINDS:
        sys.exit(f"{kind} is not one of: {', '.join(KINDS)}")
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}" if kind == "distribution" else r"[a-z][a-z0-9_]{0,60}", name):
        sys.exit(f"make new-{kind} NAME=…: a name of lower-case letters and digits that begins with a letter")
    scaffold = SCAFFOLDS / (f"check-{target}" if kind == "check" else kind)
    if not scaffold.is_dir():
        targets = sorted(path.name.removeprefix("check-") for path in SCAFFOLDS.glob("check-*"))
        sys.exit(f"make new-check NAME={name} TARGET=…: one of {', '.join(targets)}")
    words = {"NAME": name, "ID": _next_id(home / "tests" / "checks" / target) if kind == "check" else "ID"}
    files = {}
    for path in sorted(path for path in scaffold.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        files[home / _filled(path.relative_to(scaffold).as_posix(), words)] = _filled(path.read_text("utf-8"), words)
    if there := [path for path in files if path.exists()]:
        sys.exit(f"{there[0]} is there already")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(files)


def _filled(text: str, words: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: words[found[0]], text)


def _next_id(examples: Path) -> str:
    """A number that was given is never given again, so it is one above the highest."""
    prefix, number = max(path.stem for path in examples.glob("*.yaml")).split("-")
    return f"{prefix}-{int(number) + 1:03}"


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    for path in begin(HOME, *sys.argv[1:]):
        print(path.relative_to(HOME))
