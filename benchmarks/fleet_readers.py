"""How fast the lists of a server are while people read: each reader has one request in flight, and thinks for a second.

    python benchmarks/fleet_readers.py --data DIR [--to postgresql://…] [--readers 50] [--seconds 60] [--pages]

The server is a process of its own, as ``careen serve`` starts it, on the fleet that ``benchmarks/fleet.py make`` has made.
Prints for each list how long its answers took (median, 95 of 100, slowest, in ms), and the CPU time of a request.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import random
import socket
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

THINK_S = 1.0
PROJECT = 1
FILTERED = ({"severity": "critical"}, {"runs": "true"}, {"coverage": "not_assessed", "sort": "newest"}, {"exploited": "true"})
SEARCHES = (
    *("severity:critical", "severity:high fixable:true", "exploited:true", "fix:wont_fix", "package:open*", "type:npm"),
    *("package:openssl<3.0.14 severity:high", "severity:critical -package:bash", "reference:team7", "-severity:critical"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--to", default="")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pages", action="store_true", help="pages of people, not lists of the API")
    options = parser.parse_args()
    with served(options) as (pid, port, headers, places):
        asked = pages(places) if options.pages else _lists(places)
        _read(port, headers, asked, 1, len(asked) * 1.0, think_s=0.0)  # each once
        before = _cpu_s(pid)
        taken = _read(port, headers, asked, options.readers, options.seconds)
        spent = _cpu_s(pid) - before
    every = [one for times in taken.values() for one in times]
    result = {name: _shown(times) for name, times in sorted(taken.items())}
    cost = {"requests": len(every), "a second": round(len(every) / options.seconds, 1), "all": _shown(every)}
    print(
        json.dumps(
            {**cost, "cpu_ms_a_request": round(1000 * spent / len(every), 2), "load": os.getloadavg()[0], **result}, indent=1
        )
    )
    return 0


@contextmanager
def served(options: argparse.Namespace) -> Iterator[tuple[int, int, dict[str, str], dict[str, str]]]:
    """A server of the fleet in ``options.data`` or ``options.to``: its process and port, the headers of an administrator's
    session, and the names that addresses need."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(options, port, theirs), daemon=True)
    server.start()
    theirs.close()  # so that the end of the server is noticed
    try:
        headers, places = ours.recv()
        _wait_for(port)
        yield server.pid, port, headers, places
    finally:
        server.terminate()
        server.join()


def _lists(places: dict[str, str]) -> list[tuple[str, str]]:
    start = f"/api/v1/projects/{PROJECT}"
    image = f"{start}/images/{places['identity']}"
    return [
        ("images by risk", f"{start}/images?sort=risk"),
        ("images, the newest first", f"{start}/images?sort=newest"),
        *(("images " + urlencode(each), f"{start}/images?{urlencode(each)}") for each in FILTERED),
        ("an image", image),
        ("its packages", f"{image}/packages"),
        ("images with a vulnerability", f"{start}/vulnerabilities/{places['vulnerability']}"),
        ("what is to decide", f"{start}/triage"),
        ("what is exploited and to decide", f"{start}/triage?exploited=true"),
        ("events", f"{start}/events"),
        *((text, f"{start}/search?{urlencode({'q': text})}") for text in SEARCHES),
    ]


def pages(places: dict[str, str]) -> list[tuple[str, str]]:
    start = f"/projects/{PROJECT}"
    return [
        ("overview", start),
        ("images", f"{start}/images"),
        ("images, critical", f"{start}/images?severity=critical"),
        ("search", f"{start}/search?q=severity:critical"),
        ("packages", f"{start}/search?q=package:open*"),
        ("triage", f"{start}/triage"),
        ("vulnerability", f"{start}/vulnerabilities/{places['vulnerability']}"),
        ("decisions", f"{start}/decisions"),
        ("registries", f"{start}/registries"),
        ("settings", f"{start}/settings"),
    ]


def _read(
    port: int, headers: dict[str, str], asked: list[tuple[str, str]], readers: int, seconds: float, think_s: float = THINK_S
) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = defaultdict(list)
    end = time.monotonic() + seconds

    def reader(number: int) -> None:
        chance = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        time.sleep(chance.random() * think_s)
        for turn in range(1_000_000):
            if time.monotonic() >= end or (not think_s and turn == len(asked)):
                return
            name, address = chance.choice(asked) if think_s else asked[turn]
            start = time.perf_counter()
            connection.request("GET", address, headers=headers)
            answer = connection.getresponse()
            answer.read()
            taken[name].append(1000 * (time.perf_counter() - start))
            if answer.status != 200:
                raise SystemExit(f"{address}: {answer.status}")
            time.sleep(think_s)

    threads = [threading.Thread(target=reader, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def _shown(times: list[float]) -> dict[str, float]:
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return {"n": len(times), "median": round(median(times), 1), "p95": round(p95, 1), "slowest": round(max(times), 1)}


def _serve(options: argparse.Namespace, port: int, sender: Any) -> None:
    import uvicorn

    from careen.config import Settings
    from careen.fleet.start import opened
    from careen.server.assembled import assembled
    from careen.server.connections import protocol
    from careen.server.options import ServerOptions

    settings = Settings(cache_dir=options.data, offline=True, db_max_age="off")
    with opened(options.to or None, options.data, settings, 2) as fleet:
        limits = ServerOptions(public=f"http://127.0.0.1:{port}", requests_per_minute=1_000_000)
        application = assembled(fleet, limits)
        sender.send((_login(fleet), _places(fleet)))
        uvicorn.run(application, host="127.0.0.1", port=port, http=protocol(), log_config=None, access_log=False)


def _login(fleet: Any) -> dict[str, str]:
    """As a browser has it: a session of an administrator."""
    from sqlalchemy import select

    from careen.fleet.connection import writing
    from careen.fleet.tables import user
    from careen.server import sessions

    with writing(fleet.engine) as connection:
        number = connection.execute(select(user.c.id).where(user.c.name == "reader")).scalar()
        if number is None:
            made = user.insert().values(name="reader", password_hash="", is_admin=True, created_at=0.0)
            number = connection.execute(made).inserted_primary_key[0]
        return {"Cookie": f"{sessions.cookie_name(False)}={sessions.begin(connection, number).token}"}


def _places(fleet: Any) -> dict[str, str]:
    from sqlalchemy import select

    from careen.fleet.tables import image, unit_finding

    with fleet.engine.connect() as connection:
        identity = connection.execute(select(image.c.identity).order_by(image.c.risk.desc()).limit(1)).scalar_one()
        worst = select(unit_finding.c.vulnerability).order_by(unit_finding.c.risk.desc()).limit(1)
        return {"identity": identity, "vulnerability": connection.execute(worst).scalar_one()}


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server does not listen")


def _cpu_s(pid: int | None) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
