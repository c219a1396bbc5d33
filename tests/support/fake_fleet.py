"""A fleet without workers: images are enrolled in a dictionary, and a test says when they are ready."""

import time
import weakref
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from msgspec.structs import replace
from sqlalchemy import insert
from starlette.requests import Request

from careen.config import Settings
from careen.fleet import enrolment, reports
from careen.fleet.connection import connect, sqlite_address
from careen.fleet.fleet import Fleet
from careen.fleet.reports import ImageState
from careen.fleet.tables import api_key, metadata, project, registry
from careen.model.report import Report
from careen.server import auth
from careen.store.memory import MemoryStore

SEAL = b"sealed:"


@dataclass
class FakeFleet:
    """``reports`` are given to each image that is enrolled, after ``delay_s``. ``keys``: scope words by key."""

    fleet: Fleet
    report: Report | None = None
    delay_s: float = 0.0
    failed: str = ""
    enrolled: list = field(default_factory=list)  # (project, Enrolment, lane, by)
    states: dict = field(default_factory=dict)
    keys: dict = field(default_factory=dict)  # key: (project, scopes)
    trouble: Exception | None = None  # raised by the next enrolments
    made: int = 0
    required: int = 0
    _lock: Lock = field(default_factory=Lock)

    def enrol(self, fleet, project_id, wanted, lane, by):
        if self.trouble:
            raise self.trouble
        identity = wanted.identity or wanted.reference.partition("@")[2] or f"tag:{wanted.reference}"
        with self._lock:
            self.enrolled.append((project_id, wanted, lane, by))
            self.states.setdefault((project_id, identity), time.time())
        return identity

    def state_of(self, fleet, project_id, identity):
        begun = self.states.get((project_id, identity))
        if begun is None:
            return None
        done = time.time() >= begun + self.delay_s and (self.report is not None or self.failed)
        state = "failed" if done and self.failed else "ready" if done else "reading"
        moment = begun if done else None
        return ImageState(identity, state, self.failed, "", 3, 3 if done else 1, begun, moment, moment)

    def report_of(self, fleet, project_id, identity):
        state = self.state_of(fleet, project_id, identity)
        self.made += 1
        return self.report if state and state.state == "ready" else None

    def require(self, request: Request, scope: str) -> auth.Principal:
        self.required += 1
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        project_id, scopes = self.keys.get(key, (None, ()))
        if key not in self.keys:
            raise auth.Refused(401, "no valid key")
        if scope not in scopes:
            raise auth.Refused(403, f"this key has not the scope {scope}")
        return auth.Principal(project_id, f"key {key}", "scanner", frozenset(scopes))

    def add_key(self, key: str, scope: str, project_id: int | None = 1) -> str:
        self.keys[key] = (project_id, (*self.keys.get(key, (None, ()))[1], scope))
        row = {"name": key, "prefix": f"{key}-{scope}", "key_hash": "", "scopes": f"read {scope}", "created_at": 1.0}
        self.put(api_key, project_id=project_id, **row)
        return key

    def put(self, table, **values) -> int:
        with self.fleet.engine.begin() as connection:
            return connection.execute(insert(table), values).inserted_primary_key[0]


def make_fleet(folder: Path, monkeypatch, hosts=("registry.example",), private=(), settings: bytes = b"") -> FakeFleet:
    """With project 1 ("shop"), which has registries of these hosts, and project 2 ("other")."""
    engine = connect(sqlite_address(folder))
    metadata.create_all(engine)

    @contextmanager
    def session():
        raise AssertionError("an interface opens no session")
        yield

    fleet = Fleet(
        engine,
        None,
        MemoryStore(),
        Settings(cache_dir=folder / "cache", private_hosts=tuple(private)),
        session,
        lambda data: SEAL + data[::-1],
        lambda data: data.removeprefix(SEAL)[::-1],
    )
    fake = FakeFleet(fleet)
    weakref.finalize(fake, engine.dispose)
    for number, name in ((1, "shop"), (2, "other")):
        fake.put(project, id=number, name=name, settings=settings if number == 1 else b"", created_at=1.0)
    for host in hosts:
        fake.put(registry, project_id=1, host=host)
    monkeypatch.setattr(enrolment, "enrol", fake.enrol)
    monkeypatch.setattr(reports, "state_of", fake.state_of)
    monkeypatch.setattr(reports, "report_of", fake.report_of)
    monkeypatch.setattr(auth, "require", fake.require)
    return fake


def with_layers(report: Report, digests) -> Report:
    """The report, of an image with these layers."""
    layers = tuple(replace(layer, digest=digest) for layer, digest in zip(report.image.layers, digests, strict=False))
    return replace(report, image=replace(report.image, layers=layers))
