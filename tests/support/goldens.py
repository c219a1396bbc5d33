"""The golden folders of catalogers, for the tests that compare them and for those that maim their inputs."""

import os
from pathlib import Path

from tests.support.reading import MemoryFile

FOLDER = Path(__file__).parents[1] / "golden" / "catalogers"
OUTSIDE = Path(os.environ.get("CAREEN_PLUGINS", FOLDER)) / "golden" / "catalogers"  # of outside plugins
CASES = sorted(path.parent for folder in (FOLDER, OUTSIDE) for path in folder.glob("*/*/input"))


def cases(cataloger: str) -> list[Path]:
    return [case for case in CASES if case.parent.name == cataloger]


def inputs(case: Path) -> dict[str, MemoryFile]:
    """The files of a case: ``input`` is the root of a little image."""
    files = {}
    for path in sorted((case / "input").rglob("*")):
        if path.is_file():
            name = path.relative_to(case / "input").as_posix()
            files[name] = MemoryFile(name, path.read_bytes(), path.stat().st_mode & 0o777)
    return files
