"""``make serve``: the service, with its data in a folder. ``DEMO=1``: with demonstration data made of the examples.

They are of software that was current in 2023, and are assessed by the advisories of ``examples/advisories`` and by those of
today as soon as these are fetched: without a network, each page has content too.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    demo = "--demo" in arguments
    rest = [argument for argument in arguments if argument != "--demo"]
    data = Path(os.environ.get("DATA") or ("careen-demo" if demo else "careen-data"))
    if demo:
        fill(data)
        os.environ.setdefault("CAREEN_ADVISORIES", str(ROOT / "examples" / "advisories"))
    cache = os.environ.get("CAREEN_CACHE_DIR")
    if cache and "--cache-dir" not in rest:  # careen serve has a cache of its own unless a flag names one
        rest += ["--cache-dir", str(Path(cache).absolute())]
    command = [sys.executable, "-m", "careen", "serve", "--data", str(data), *rest]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def fill(data: Path) -> None:
    """Does nothing if the folder has a project."""
    from demonstration import documents, store
    from sqlalchemy import select

    from careen.config import settings_of
    from careen.fleet.connection import writing
    from careen.fleet.start import opened
    from careen.fleet.tables import project

    settings = settings_of({"cache_dir": str(data / "cache"), "offline": True})
    with opened(None, data, settings, 1, alone=True) as fleet:
        with fleet.engine.connect() as connection:
            if connection.execute(select(project.c.id).limit(1)).first() is not None:
                return
        made = documents()
        with writing(fleet.engine) as connection:
            store(fleet, connection, made)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
