"""A fleet over Debian's ``docker-registry``: every image read, each layer once, and each verdict that of a single scan.

Run: ``python benchmarks/fleet_registry.py --database FOLDER [--repositories 300] [--tags 10] [--postgres] [--workers 4]
[--kill 2] [--restart 2] [--person] [--beneath LAYOUT …]``. FOLDER has an advisory database. LAYOUT has an image to build
images of the registry on, in place of a made one. Prints one line a step. Nothing leaves this machine.
"""

import argparse
import contextlib
import ctypes
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from fleet_images import filled  # noqa: E402
from sqlalchemy import func, select  # noqa: E402
from sqlalchemy.exc import SQLAlchemyError  # noqa: E402
from tests.support.fleet_world import a_project, states  # noqa: E402
from tests.support.postgres import postgres  # noqa: E402
from tests.support.real_registry import start_registry, stop_registry  # noqa: E402

from careen.config import settings_of  # noqa: E402
from careen.fleet.enrolment import Enrolment, enrol  # noqa: E402
from careen.fleet.fleet import BACKGROUND, PERSON, Fleet  # noqa: E402
from careen.fleet.reports import report_of, state_of  # noqa: E402
from careen.fleet.start import opened  # noqa: E402
from careen.fleet.tables import event, image, layer  # noqa: E402

_ADOPT_ORPHANS = 36  # **Source:** linux/prctl.h, PR_SET_CHILD_SUBREAPER
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    asked = _arguments()
    if ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0):
        raise OSError("readers of layers outlive their workers, and would not be counted")
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        process, host = start_registry(home)
        try:
            references = filled(host, asked.repositories, asked.tags, asked.beneath)
            print(f"{len(references)} tags in {asked.repositories} repositories")
            if asked.postgres:
                with postgres(fsync="on", full_page_writes="on", synchronous_commit="on") as server:
                    _run(asked, home, server.database("fleet"), references, server)
            else:
                _run(asked, home, None, references, None)
        finally:
            stop_registry(process)


def _run(asked: argparse.Namespace, home: Path, address: str | None, references: list[str], server: Any) -> None:
    settings = settings_of(
        {
            "cache_dir": str(home / "unused"),
            "plain_http": True,
            "private_hosts": ["127.0.0.1"],
            "db_max_age": "off",
            "refresh": "never",
            "scanners": "vuln",
        }
    )
    with opened(address, home / "data", settings, 2, alone=True) as fleet:
        shutil.copytree(asked.database, home / "data" / "cache" / "database", dirs_exist_ok=True)
        project = a_project(fleet)
        late = references.pop() if asked.person else ""
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            known = list(pool.map(lambda name: enrol(fleet, project, Enrolment(name), BACKGROUND, "bench"), references))
        print(f"enrolled in {time.monotonic() - began:.1f} s")
        before, before_server = _spent(), _spent_by(server)
        workers = [_worker(home, address) for _ in range(asked.workers)]
        chance = random.Random(asked.seed)
        interruptions = ["kill"] * asked.kill + ["restart"] * (asked.restart if server else 0)
        chance.shuffle(interruptions)
        steps = len(interruptions) + 1
        try:
            while not _is_done(fleet):
                ready = _ready(fleet)
                if interruptions and ready > len(set(known)) * (steps - len(interruptions)) / (steps + 1):
                    _interrupt(interruptions.pop(), workers, server, home, address, chance)
                if late and ready > len(set(known)) // 3:
                    known.append(_person(fleet, project, late))
                    references.append(late)
                    late = ""
                time.sleep(0.5)
            wall = time.monotonic() - began
        finally:
            for each in workers:
                each.send_signal(signal.SIGTERM)
            for each in workers:
                each.wait(120)
        _wait_for_readers()
        by_workers, by_server = _spent() - before, _spent_by(server) - before_server
        with fleet.engine.connect() as connection:
            layers, read, most = connection.execute(
                select(func.count(), func.sum(layer.c.reads), func.max(layer.c.reads))
            ).one()
            ready_events = connection.execute(select(func.count()).where(event.c.kind == "image_ready")).scalar()
            lost = fleet.queue.depth(connection)
        cost = f"CPU of the workers {by_workers:.1f} s" + (f", of PostgreSQL {by_server:.1f} s" if server else "")
        print(f"states {states(fleet)} in {wall:.1f} s, {cost}; load {os.getloadavg()[0]:.1f}")
        print(
            f"{layers} unique layers, read {read} times (most {most}); {ready_events} events of ready images; jobs left {lost}"
        )
        _compare(fleet, project, known, references, home, asked)


def _spent() -> float:
    """CPU seconds of what has ended: workers, and a PostgreSQL that was restarted."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _spent_by(server: Any) -> float:
    """CPU seconds of the running PostgreSQL: **Source:** proc(5), fields 14 to 17 of ``stat``."""
    if server is None:
        return 0.0
    used = 0
    for pid in (server.pid, *_children(server.pid)):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += sum(map(int, fields[11:15] if pid == server.pid else fields[11:13]))
    return used * _TICK_S


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _wait_for_readers() -> None:
    """The processes that workers forked readers from end when their worker has; they are this process's children then."""
    for pid in _children(os.getpid()):
        with contextlib.suppress(OSError):
            if b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.waitpid(pid, 0)


def _compare(
    fleet: Fleet, project: int, known: list[str], references: list[str], home: Path, asked: argparse.Namespace
) -> None:
    """Each stored verdict beside that of a single scan with a cache of its own."""
    from careen.app.session import Session

    given = {
        "cache_dir": str(home / "single"),
        "plain_http": True,
        "db_max_age": "off",
        "refresh": "never",
        "offline": True,
        "jobs": 1,
    }
    settings = settings_of({**given, "scanners": "vuln"})
    shutil.copytree(asked.database, home / "single" / "database", dirs_exist_ok=True)
    os.chmod(home / "single", 0o700)
    before = time.process_time()
    same = different = 0
    scans = {}
    with Session(settings) as session:
        for identity, reference in zip(known, references, strict=True):
            if identity not in scans:
                scans[identity] = session.scan(f"registry:{reference}")
    single = time.process_time() - before
    for identity, report in scans.items():
        stored = report_of(fleet, project, identity)
        equal = stored is not None and stored.findings == report.findings and stored.coverage == report.coverage
        same, different = same + equal, different + (not equal)
    print(f"verdicts: {same} equal, {different} different; single scans of all took {single:.1f} s of CPU")


def _worker(home: Path, address: str | None) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "careen",
        "worker",
        "--data",
        str(home / "data"),
        "--plain-http",
        "--refresh",
        "never",
        "--private-hosts",
        "127.0.0.1",
        "--scanners",
        "vuln",
    ]
    log = (home / "workers.log").open("ab")
    return subprocess.Popen([*command, *(["--database", address] if address else [])], stderr=log, stdout=log)


def _interrupt(what: str, workers: list[Any], server: Any, home: Path, address: str | None, chance: random.Random) -> None:
    if what == "restart":
        server.stop()
        time.sleep(chance.uniform(0.5, 3))
        server.start()
        print("PostgreSQL was restarted")
        return
    gone = workers.pop(chance.randrange(len(workers)))
    gone.kill()
    gone.wait()
    workers.append(_worker(home, address))
    print("a worker was killed, and another one started")


def _person(fleet: Fleet, project: int, reference: str) -> str:
    began = time.monotonic()
    identity = enrol(fleet, project, Enrolment(reference), PERSON, "a person")
    while (state := state_of(fleet, project, identity)) and state.state == "opening":
        time.sleep(0.02)
    print(f"a person's scan started after {time.monotonic() - began:.2f} s")
    return identity


def _is_done(fleet: Fleet) -> bool:
    try:
        return set(states(fleet)) <= {"ready", "failed"}
    except SQLAlchemyError:  # PostgreSQL starts again
        return False


def _ready(fleet: Fleet) -> int:
    try:
        with fleet.engine.connect() as connection:
            return connection.execute(select(func.count()).where(image.c.state == "ready")).scalar_one()
    except SQLAlchemyError:
        return 0


def _arguments() -> argparse.Namespace:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--repositories", type=int, default=300)
    made.add_argument("--tags", type=int, default=10)
    made.add_argument("--postgres", action="store_true")
    made.add_argument("--workers", type=int, default=1)
    made.add_argument("--kill", type=int, default=0)
    made.add_argument("--restart", type=int, default=0)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--beneath", type=Path, nargs="+", default=[], help="OCI layouts of the images to build on")
    made.add_argument("--person", action="store_true", help="a person asks for the last image while everything is scanned")
    made.add_argument("--database", type=Path, required=True, help="the folder of an advisory database")
    return made.parse_args()


if __name__ == "__main__":
    main()
