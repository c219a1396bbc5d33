"""``make serve``: the service, with its data in a folder. ``DEMO=1``: with demonstration data made of the examples.

The data are an image, its base, an SBOM and a report, of software that was current in 2023. They are assessed by the advisories
of today as soon as those are fetched; until then pages state that nothing is assessed. The report keeps the verdict that it
came with, by the advisories of the examples.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from build_demo import build, build_base

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from careen.fleet.fleet import Fleet

ROOT = Path(__file__).resolve().parents[1]
BY = "demonstration"
PROJECT = "Demonstration (examples, not your images)"
OPENSSL = "pkg:deb/debian/libssl3"


def main(arguments: list[str]) -> int:
    demo = "--demo" in arguments
    rest = [argument for argument in arguments if argument != "--demo"]
    data = Path(os.environ.get("DATA") or ("careen-demo" if demo else "careen-data"))
    if demo:
        fill(data)
    cache = os.environ.get("CAREEN_CACHE_DIR")
    if cache and "--cache-dir" not in rest:  # careen serve has a cache of its own unless a flag names one
        rest += ["--cache-dir", str(Path(cache).absolute())]
    command = [sys.executable, "-m", "careen", "serve", "--data", str(data), *rest]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def fill(data: Path) -> None:
    """Does nothing if the folder has a project."""
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
        documents = made()
        with writing(fleet.engine) as connection:
            _project(fleet, connection, documents)


def made() -> dict[str, bytes]:
    """By the name that pages show: archives, an SBOM and a report."""
    with tempfile.TemporaryDirectory() as folder:
        image, base = build(Path(folder) / "shop.tar"), build_base(Path(folder) / "base.tar")
        sbom = _careen("sbom", str(image), "--format", "cyclonedx")
        example = ("--advisories", "examples/advisories", "--offline", "--refresh", "never", "--format", "json")
        report = _careen("scan", str(image), *example)
        return {
            "careen/demo:latest": image.read_bytes(),
            "careen/demo-base:12": base.read_bytes(),
            "careen/demo, as an SBOM": sbom,
            "careen/demo, a report of a pipeline": report,
        }


def _project(fleet: "Fleet", connection: "Connection", documents: dict[str, bytes]) -> None:
    from careen.fleet import triage, uploads, views
    from careen.fleet.deadlines import Deadlines
    from careen.fleet.projects import ProjectSettings, with_settings
    from careen.fleet.rules import DEFAULT, encoded
    from careen.fleet.tables import policy, project
    from careen.fleet.triage import Batch, Target
    from careen.policy.rules import Rules

    now = time.time()
    days = ProjectSettings(deadlines=Deadlines("the team of the demonstration", exploited=3, critical=7, high=30))
    row = {"name": PROJECT, "settings": with_settings(b"", days), "created_at": now}
    number = connection.execute(project.insert().values(**row).returning(project.c.id)).scalar_one()
    for name, data in documents.items():
        uploads.store(fleet, connection, number, uploads.read(data, fleet.settings), name, BY)
    rules = encoded(Rules(fail_on=("kev", "critical:fixable"), grace_days=7))
    connection.execute(policy.insert().values(project_id=number, name=DEFAULT, rules=rules, changed_by=BY, changed_at=now))
    why = "An example of a decision: the shop verifies no DH parameters."
    wanted = Batch((Target("CVE-2023-5678", OPENSSL),), "not_affected", "vulnerable_code_not_in_execute_path", why, 90)
    triage.decide(connection, number, wanted, BY)
    views.save(connection, number, "What is overdue", "triage?overdue=true", BY)
    views.save(connection, number, "Exploited, with a fix", "triage?exploited=true&fixable=true", BY)


def _careen(*arguments: str) -> bytes:
    done = subprocess.run([sys.executable, "-m", "careen", *arguments], cwd=ROOT, capture_output=True, check=False)
    if not done.stdout:
        raise SystemExit(f"careen {arguments[0]} wrote nothing: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
