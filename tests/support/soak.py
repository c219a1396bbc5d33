"""A fleet over simulated hours: the schedule, updates of the advisories, and messages to a receiver that fails at random.

The clock is a number; nothing sleeps. The updates are real: each builds a database with new advisories and assesses by it.
Senders are killed: they stop at once, before a request, after it, or before they write how it ended.
"""

import base64
import hashlib
import hmac
import json
import random
import resource
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

from msgspec.structs import replace
from sqlalchemy import func, select

from careen.config import settings_of
from careen.fleet import events, rematch, schedule
from careen.fleet.connection import connect, writing
from careen.fleet.fleet import Fleet
from careen.fleet.notifications import sending, targets
from careen.fleet.notifications.channels.webhook import WebhookTarget
from careen.fleet.notifications.rules import Digest, Rule, encoded, next_digest
from careen.fleet.tables import delivery, event, metadata, outbox, subscription
from careen.model.package import Source
from careen.store.memory import MemoryStore
from tests.support.fleet_units import add_image, add_project, database_with
from tests.support.matching import ECOSYSTEMS, SCHEMES, advisory, deb, info

START = 1_780_000_000.0
TICKS = 6  # of the clock, from one update to the next
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
TIMEOUT_S = 0.15
PER_UPDATE = 10  # advisories: one message each, for each of the two subscriptions that get them at once


class Killed(BaseException):
    """No handler of errors sees it."""


class Result(SimpleNamespace):
    """``lost`` and ``unmarked`` are what must not be."""


class Receiver:
    """Counts what arrives, whether or not it answers so; verifies each signature."""

    def __init__(self, seed, shares):
        self._random, self._shares, self._lock = random.Random(seed), shares, threading.Lock()
        self.arrived, self.unmarked, self.wrong = Counter(), [], 0
        self.seen = {"/one": Counter(), "/two": Counter(), "/digest": Counter()}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fate = outer.fate()
                if fate == "reset_before":
                    self.close_connection = True
                    return
                if fate != "unavailable":
                    outer.take(self.path, dict(self.headers.items()), body)
                if fate == "reset_after":
                    self.close_connection = True
                    return
                if fate == "late":
                    threading.Event().wait(3 * TIMEOUT_S)
                self.send_response({"unavailable": 503, "error_after": 500}.get(fate, 200))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    pass  # the sender has gone

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_):
                pass

        self._server = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fate(self):
        with self._lock:
            point = self._random.random()
        for name, share in self._shares.items():
            if point < share:
                return name
            point -= share
        return "fine"

    def take(self, path, headers, body):
        given = {name.lower(): value for name, value in headers.items()}
        content = b".".join((given["webhook-id"].encode(), given["webhook-timestamp"].encode(), body))
        mark = hmac.new(bytes(range(32)), content, hashlib.sha256).digest()
        message = json.loads(body)
        with self._lock:
            self.wrong += given["webhook-signature"] != f"v1,{base64.b64encode(mark).decode()}"
            key = message["id"]
            if (message["attempt"] == 1 and self.arrived[key]) or (self.arrived[key] and given["careen-attempt"] == "1"):
                self.unmarked.append(key)
            if not self.arrived[key]:
                if "vulnerability" in message:
                    self.seen[path][message["vulnerability"]["id"]] += 1
                for name, count in message.get("counts", {}).items() if path == "/digest" else ():
                    self.seen[path][name] += count
            self.arrived[key] += 1


class Flaky:
    """A fetcher whose process may be killed around a request."""

    def __init__(self, fetcher, generator, share):
        self._fetcher, self._random, self._share = fetcher, generator, share

    def request(self, url, **given):
        if self._random.random() < self._share / 2:
            raise Killed
        answer = self._fetcher.request(url, **given)
        if self._random.random() < self._share / 2:
            raise Killed
        return answer


@contextmanager
def soaked_fleet(address, folder, images, packages):
    engine = connect(address)
    metadata.create_all(engine)

    @contextmanager
    def session():
        yield SimpleNamespace(schemes=SCHEMES, ecosystems=ECOSYSTEMS)

    settings = settings_of({"cache_dir": str(folder), "db_max_age": "off", "private_hosts": ["127.0.0.1"]})
    queue = SimpleNamespace(add=lambda connection, jobs: None)
    fleet = Fleet(engine, queue, MemoryStore(), settings, session, lambda data: data[::-1], lambda data: data[::-1])
    try:
        database_with(fleet, [info(packages=100_000, unfixed=True)], _built(0))
        add_project(fleet)
        for number in range(images):
            names = range(number * packages, (number + 1) * packages)
            add_image(fleet, [deb(f"p{name}", "1", Source(f"p{name}", "1")) for name in names], number + 1, 1)
        yield fleet
    finally:
        engine.dispose()


def simulate(address, folder, *, hours, updates, seed=1, killed=0.01, shares=None, monkeypatch, tell=lambda *_: None):
    """The hours, then as many more as it takes until nothing waits."""
    shares = shares or {"unavailable": 0.1, "error_after": 0.05, "reset_before": 0.05, "reset_after": 0.05, "late": 0.01}
    generator = random.Random(seed)
    random.seed(seed)
    clock = SimpleNamespace(now=START)
    monkeypatch.setattr(events, "time", SimpleNamespace(time=lambda: clock.now))
    per_image = 50
    wanted = updates * PER_UPDATE
    memory, kills, done = [], 0, 0
    with Receiver(seed, shares) as receiver, soaked_fleet(address, folder, -(-wanted // per_image), per_image) as fleet:
        _subscribe(fleet, receiver.url)
        nets = []
        for _ in range(2):
            real = sending.network(fleet)
            fast = sending.make_fetcher(replace(sending.net_of(fleet), timeout_s=TIMEOUT_S, connect_timeout_s=1.0))
            nets.append(sending.Network(Flaky(fast, generator, killed), real.mail))
        interval_s = hours * 3600.0 / updates
        ticks, tick_s = TICKS * updates, interval_s / TICKS
        every = {"update": interval_s - tick_s / 2}
        tick = 0
        while tick < ticks or _waits(fleet):
            clock.now = START + tick * tick_s
            if tick < ticks and done < updates and "update" in schedule.step(fleet, "leader", clock.now, every):
                done += 1
                _update(fleet, folder, done)
            for worker, net in enumerate(nets):
                try:
                    sending.step(fleet, f"worker {worker}", clock.now, net)
                except Killed:
                    kills += 1
            tick += 1
            if tick % max(1, ticks // 24) == 0:
                memory.append(_memory_mib())
                tell(tick, ticks, sum(receiver.arrived.values()), memory[-1])
            if tick > 20 * ticks + 100_000:
                break
        return _result(fleet, receiver, wanted, done, kills, memory, tick * tick_s / 3600)


def _subscribe(fleet, url):
    digest = Digest("hourly", "00:00")
    with writing(fleet.engine) as connection:
        for number, (path, rule) in enumerate((("/one", Rule()), ("/two", Rule()), ("/digest", Rule(digest=digest))), 1):
            target = targets.sealed(fleet, WebhookTarget(url + path, SECRET))
            row = {"id": number, "project_id": 1, "kind": "webhook", "target": target, "created_at": 0.0, "rule": encoded(rule)}
            at = next_digest(rule.digest, START) if rule.digest else None
            connection.execute(subscription.insert().values({**row, "digest_at": at}))


def _update(fleet, folder, number):
    """The same advisories as before, and some more: by turns, the older ones are left out of the database again."""
    first = max(0, (number - 20) * PER_UPDATE)
    records = [info(packages=100_000, unfixed=True)]
    records += [advisory(f"CVE-2026-{at:05}", "999", package=f"p{at}") for at in range(first, number * PER_UPDATE)]
    old = folder / "before.sqlite"
    path = folder / "database" / "advisories.sqlite"
    old.unlink(missing_ok=True)
    path.rename(old)
    database_with(fleet, records, _built(number))
    rematch.after_update(fleet, old, path)


def _built(number):
    return f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}+00:00"


def _waits(fleet):
    with fleet.engine.connect() as connection:
        rows = select(outbox.c.id).where(outbox.c.state.in_(("waiting", "wanted"))).limit(1)
        unsent = select(delivery.c.id).where(delivery.c.state.in_(("waiting", "claimed"))).limit(1)
        return connection.execute(rows).first() is not None or connection.execute(unsent).first() is not None


def _result(fleet, receiver, wanted, done, kills, memory, hours):
    with fleet.engine.connect() as connection:
        states = dict(connection.execute(select(delivery.c.state, func.count()).group_by(delivery.c.state)).all())
        tries = connection.execute(select(func.sum(delivery.c.tries))).scalar()
        made = connection.execute(select(func.count()).select_from(event).where(event.c.kind == "disclosed")).scalar()
    expected = {f"CVE-2026-{at:05}" for at in range(wanted)}
    lost = {path: len(expected - set(receiver.seen[path])) for path in ("/one", "/two")}
    twice = sum(count > 1 for path in ("/one", "/two") for count in receiver.seen[path].values())
    return Result(
        hours=round(hours, 1), updates=done, events=made, expected=wanted, messages=sum(states.values()), states=states,
        tries=tries, kills=kills,
        arrived=sum(receiver.arrived.values()), repeats=sum(count - 1 for count in receiver.arrived.values()),
        unmarked=len(receiver.unmarked), wrong_signatures=receiver.wrong, lost=sum(lost.values()), reported_twice=twice,
        in_digests=receiver.seen["/digest"]["disclosed"], memory_mib=memory,
    )  # fmt: skip


def _memory_mib():
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
