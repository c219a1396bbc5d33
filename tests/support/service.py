"""The service on a SQLite file, with fakes for what reads images: a queue that is a list, and registries that are none."""

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import select
from starlette.testclient import TestClient

from careen.app.session import Session
from careen.config import Settings
from careen.fleet import enrolment, reports, search
from careen.fleet.connection import connect, sqlite_address, writing
from careen.fleet.fleet import Fleet
from careen.fleet.queue import Waiting
from careen.fleet.registries import Seen
from careen.fleet.reports import ImageState
from careen.fleet.tables import image, image_layer, layer, member, metadata, project, project_image, registry, user
from careen.model.report import Report
from careen.plugins import ReportOptions
from careen.reports.json import REPORTER
from careen.server import pages
from careen.server.app import application
from careen.server.assembled import _to_decide
from careen.server.keys import insert
from careen.server.options import ServerOptions
from careen.server.parts import Found, Parts
from careen.server.passwords import hashed

ADDRESS = "http://127.0.0.1:8080"
PASSWORD = "correct horse battery"
ALL = frozenset({"read", "triage", "scan", "upload", "agent", "admin"})


class FakeQueue:
    def __init__(self) -> None:
        self.jobs = []

    def add(self, connection, jobs) -> None:
        self.jobs += jobs

    def waiting(self, connection, limit=100) -> list[Waiting]:
        numbered = enumerate(self.jobs[:limit], start=1)
        return [Waiting(n, job.kind, job.key, job.lane, job.owner, "waiting", 1.0, 0, "a place") for n, job in numbered]

    def depth(self, connection) -> dict[int, int]:
        return {lane: sum(job.lane == lane for job in self.jobs) for lane in (0, 1, 2)}

    def cancel(self, connection, job) -> bool:
        return job <= len(self.jobs) and bool(self.jobs.pop(job - 1))


class FakeRegistries:
    """Stores what it is given, its password sealed; ``trouble`` is raised when it is asked."""

    trouble: Exception | None = None

    def add(self, fleet, project_id, wanted) -> int:
        row = {"project_id": project_id, "host": wanted.host, "namespace": wanted.namespace, "kind": wanted.kind}
        sealed = fleet.seal(wanted.password.encode()) if wanted.password else b""
        with writing(fleet.engine) as connection:
            return connection.execute(registry.insert().values(**row, credentials=sealed)).inserted_primary_key[0]

    def change(self, fleet, project_id, registry_id, wanted) -> None:
        self.changed = (project_id, registry_id, wanted)

    def watch(self, fleet, registry_id) -> Iterator[Seen]:
        yield Seen("kind", "Distribution")
        for name in ("team/app", "<b>team</b>"):
            yield Seen("repository", f"{name}: 1 of 2 tags", name, 2, 1)
        yield Seen("failure", str(self.trouble)) if self.trouble else Seen("done", "2 repositories, 2 of them wanted")

    def test(self, fleet, registry_id) -> list[str]:
        if self.trouble:
            raise self.trouble
        return ["team/app"]

    def crawl_soon(self, fleet, registry_id, lane, by) -> None:
        self.crawled = (registry_id, lane, by)


class FakeSearch:
    def search(self, fleet, project_id, query, after, limit, *, images=False) -> Found:
        at = after[0] if after else 0
        return Found("images" if images else "packages", ({"name": query, "at": at},), [at + 1] if at < 2 else None)

    def to_decide(self, fleet, project_id, text, after, limit) -> Found:
        """As the real one, without versions."""
        with fleet.engine.connect() as connection:
            page = search.to_decide(connection, project_id, search.parsed(text), after=after, limit=limit)
        return Found("findings", tuple(map(_to_decide, page.rows)), [page.next] if page.next else None)

    def complete(self, fleet, project_id, query) -> list[str]:
        return ["package:", "runs:"]


class Service:
    """``key`` is of an administrator of the project ``id``; ``admin`` is the name of a user with ``PASSWORD``."""

    def __init__(
        self, folder: Path, options: ServerOptions | None = None, raises: bool = True, address: str | None = None
    ) -> None:
        self.fleet = fleet_in(folder, address)
        self.parts = Parts(FakeRegistries(), FakeSearch())
        self.app = application(self.fleet, self.parts, options, pages.routes())
        self.app.state.page_of_unknown = pages.page_of_unknown
        self.raises = raises
        self.id = self.add_project("first")
        self.key = self.add_key(ALL, self.id)
        self.admin = self.add_user("ada", is_admin=True)

    def add_project(self, name: str) -> int:
        with writing(self.fleet.engine) as connection:
            return connection.execute(project.insert().values(name=name, created_at=1.0)).inserted_primary_key[0]

    def add_key(self, scopes=ALL, project_id=None, expires_at=None) -> str:
        with writing(self.fleet.engine) as connection:
            return insert(connection, project_id, "ci", frozenset(scopes), "test", expires_at)[1]

    def add_user(self, name: str, is_admin: bool = False, role: str = "", project_id: int = 0) -> str:
        with writing(self.fleet.engine) as connection:
            row = {"name": name, "password_hash": hashed(PASSWORD), "is_admin": is_admin, "created_at": 1.0}
            number = connection.execute(user.insert().values(**row)).inserted_primary_key[0]
            if role:
                connection.execute(member.insert().values(project_id=project_id or self.id, user_id=number, role=role))
        return name

    def add_image(self, identity: str, project_id: int, runs_at: float | None = None, **values) -> int:
        row = {"reference": "registry.test/app:1", "state": "ready", "enrolled_at": 5.0, "digest": identity} | values
        with writing(self.fleet.engine) as connection:
            known = connection.execute(select(image.c.id).where(image.c.identity == identity)).scalar()
            if known is None:
                known = connection.execute(image.insert().values(identity=identity, **row)).inserted_primary_key[0]
                digest = f"sha256:{known:064x}"
                connection.execute(layer.insert().values(digest=digest, state="read", enrolled_at=1.0, size_bytes=7))
                connection.execute(image_layer.insert().values(image_id=known, position=0, digest=digest))
            connection.execute(
                project_image.insert().values(project_id=project_id, image_id=known, seen_at=1.0, runs_at=runs_at)
            )
        return known

    def client(self, key: str | None = None) -> TestClient:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return TestClient(
            self.app, base_url=ADDRESS, headers=headers, follow_redirects=False, raise_server_exceptions=self.raises
        )

    def logged_in(self, name: str) -> TestClient:
        """With the token of the session, as a page sends it."""
        client = self.client()
        found = client.post("/api/v1/session", json={"name": name, "password": PASSWORD})
        assert found.status_code == 200, found.text
        client.headers["X-CSRF-Token"] = found.json()["csrf"]
        return client

    def browser(self, name: str = "") -> TestClient:
        """As a browser: with the cookie of a session, and without the token."""
        client = self.client()
        client.headers["Accept"] = "text/html"
        if name:
            found = client.post("/login", data={"name": name, "password": PASSWORD})
            assert found.status_code == 303, found.text
        return client

    @property
    def path(self) -> str:
        return f"/api/v1/projects/{self.id}"


def fleet_in(folder: Path, address: str | None = None) -> Fleet:
    engine = connect(address or sqlite_address(folder))
    metadata.create_all(engine)
    settings = Settings(cache_dir=folder / "cache", no_cache=True, offline=True, refresh="never")
    flip = bytes(range(255, -1, -1))

    def seal(data: bytes) -> bytes:
        return b"sealed" + data.translate(flip)

    def unseal(data: bytes) -> bytes:
        if data[:6] != b"sealed":
            raise ValueError("not sealed here")
        return data[6:].translate(flip)

    from careen.store.memory import MemoryStore

    return Fleet(engine, FakeQueue(), MemoryStore(), settings, lambda: Session(settings), seal, unseal)


def with_fakes(monkeypatch, service: Service, made: Report | None = None) -> None:
    """Enrolment makes a row, and the report of every image is ``made``."""

    def enrol(fleet, project_id, wanted, lane, by) -> str:
        identity = f"sha256:{abs(hash(wanted.reference)):064x}"
        service.add_image(identity, project_id, reference=wanted.reference, state="opening", lane=lane)
        return identity

    def state_of(fleet, project_id, identity) -> ImageState | None:
        seen = select(project_image.c.image_id).where(
            project_image.c.project_id == project_id, project_image.c.deleted_at.is_(None)
        )
        with fleet.engine.connect() as connection:
            row = connection.execute(select(image).where(image.c.identity == identity, image.c.id.in_(seen))).first()
        if row is None:
            return None
        return ImageState(identity, row.state, row.reason, "a place", 1, 0, row.enrolled_at, row.ready_at, row.assessed_at)

    def report_of(fleet, project_id, identity) -> Report | None:
        state = state_of(fleet, project_id, identity)
        return made if state and state.state == "ready" else None

    monkeypatch.setattr(enrolment, "enrol", enrol)
    monkeypatch.setattr(reports, "state_of", state_of)
    monkeypatch.setattr(reports, "report_of", report_of)


def json_of(report: Report, **changes) -> bytes:
    stream = io.StringIO()
    REPORTER.write(replace(report, **changes), stream, ReportOptions())
    return stream.getvalue().encode()


@contextmanager
def served(service: Service) -> Iterator[str]:
    """On a port of loopback, for what only a real connection shows."""
    import uvicorn

    from careen.server.connections import protocol

    config = uvicorn.Config(service.app, "127.0.0.1", 0, log_config=None, http=protocol(), lifespan="off", loop="asyncio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


def body_of(response) -> dict:
    return json.loads(response.content)
