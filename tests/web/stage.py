"""A simulated web, and real processes that use it: scans and updates on any day, each with its requests."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

from careen.database.knowledge import database_path
from careen.database.refreshlog import log_beside
from tests.support.certificates import Authority
from tests.support.command import Shell
from tests.web.images import image_of
from tests.web.relay import Fault, Page, Relay
from tests.web.world import World

CLOCK = Path(__file__).with_name("clock")
REGISTRY = "registry.example.test"  # behind the relay like everything; the real registry is on loopback
PUBLISHED = f"oci://{REGISTRY}/careen-db"
# A separate parent: a process's peak memory begins with that of its parent, and a test's parent is large.
WATCH = """
import os, sys
record, *command = sys.argv[1:]
_, status, usage = os.wait4(os.posix_spawn(command[0], command, os.environ), 0)
with open(record, "w") as file:
    file.write(f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss} {usage.ru_utime + usage.ru_stime}")
"""
BACKGROUND = "it is finished in the background"


@dataclass(frozen=True)
class Done:
    """A process that has ended. ``sent_bytes``: what the web sent to it."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    cpu_seconds: float
    peak_mib: float
    requests: int
    sent_bytes: int
    registry_bytes: int

    @property
    def report(self) -> dict:
        return json.loads(self.stdout)

    @property
    def lines(self) -> list[str]:
        return self.stderr.splitlines()


class Stage:
    """``registry`` is the host of a real registry, which processes know as ``REGISTRY``."""

    def __init__(
        self, folder: Path, scale: float, registry: str = "", mbit: float | None = None, start: datetime | None = None
    ) -> None:
        self.folder, self._registry, self._mbit = folder, registry, mbit
        self.world = World(folder / "world", scale, start)
        self._hosts = self.world.hosts | ({REGISTRY} if registry else set())
        authority = Authority.make(folder / "authority")
        self.ca_file, self._certificate = authority.root.cert, authority.issue(*sorted(self._hosts))
        self._images: dict[str, Path] = {}

    @contextmanager
    def relay(self, fault: Callable[[str, str], Fault | None] = lambda host, path: None) -> Iterator[Relay]:
        self.world.absent.clear()
        with Relay(self._hosts, self._find, self._certificate, fault, self._mbit) as relay:
            yield relay

    def image(self, kind: str) -> Path:
        if kind not in self._images:
            self._images[kind] = image_of(kind, self.folder)
        return self._images[kind]

    def run(self, relay: Relay, home: Path, *arguments: object, **environment: str) -> Done:
        """A process of its own, on the day that it is in the world."""
        day = self.world.day
        shift = {"PYTHONPATH": str(CLOCK), "SHIFT_S": str(day * 86_400 + bool(day) * 3_600)}
        shell = Shell(home, HTTPS_PROXY=relay.url, **shift, **environment)
        before, started = len(relay.seen), time.monotonic()
        with tempfile.NamedTemporaryFile() as record:
            command = shell.command(*arguments, "--ca-file", self.ca_file)
            watch = [sys.executable, "-S", "-E", "-c", WATCH, record.name, *command]
            done = subprocess.run(
                watch, capture_output=True, stdin=subprocess.DEVNULL, env=shell.environment, cwd=home, check=True
            )
            code, peak_kib, cpu_seconds = Path(record.name).read_text().split()
        seconds = time.monotonic() - started
        seen = relay.seen[before:]
        of_registry = sum(one.sent_bytes for one in seen if one.host == REGISTRY)
        sent = sum(one.sent_bytes for one in seen)
        return Done(
            int(code), done.stdout.decode(), done.stderr.decode(), seconds, float(cpu_seconds), int(peak_kib) / 1024,
            len(seen), sent, of_registry,
        )  # fmt: skip

    def scan(self, relay: Relay, home: Path, kind: str, *flags: object, **environment: str) -> Done:
        return self.run(relay, home, "scan", self.image(kind), "--format", "json", *flags, **environment)

    def _find(self, host: str, path: str) -> Page | None:
        return self._published(path) if host == REGISTRY else self.world.find(host, path)

    def _published(self, path: str) -> Page | None:
        connection = HTTPConnection(self._registry, timeout=60)
        try:
            connection.request("GET", path, headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
            answer = connection.getresponse()
            body, kind, digest = answer.read(), answer.getheader("Content-Type"), answer.getheader("Docker-Content-Digest")
        finally:
            connection.close()
        if answer.status != 200:
            return None
        return Page(body, digest or path, headers={"Content-Type": kind or "", "Docker-Content-Digest": digest or ""})


class Background:
    """What processes in the background do on a cache: ``wait`` for the one that was started since this was made."""

    def __init__(self, home: Path) -> None:
        self._log = log_beside(database_path(home / "cache"))
        self._before = self._ended()

    def wait(self, limit_s: float = 60) -> None:
        deadline = time.monotonic() + limit_s
        while self._ended() == self._before:
            assert time.monotonic() < deadline, "a background refresh does not end"
            time.sleep(0.05)

    def _ended(self) -> int:
        return self._log.read_text("utf-8").count(" ended") if self._log.exists() else 0
