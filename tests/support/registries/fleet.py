"""A fleet without workers, whose jobs are only noted, on SQLite."""

import socket
import time
from dataclasses import dataclass, field

from sqlalchemy import insert

from careen.config import Settings
from careen.fleet import credentials, enrolment
from careen.fleet.connection import connect, writing
from careen.fleet.fleet import Fleet
from careen.fleet.tables import image, metadata, project, project_image
from careen.store.memory import NoStore

OPEN = []


@dataclass
class Noted:
    """A queue that keeps the jobs that were added."""

    jobs: list = field(default_factory=list)

    def add(self, connection, jobs) -> None:
        self.jobs += jobs


def small_fleet(folder, address: str = "", **settings) -> Fleet:
    engine = connect(address or f"sqlite:///{folder}/fleet.sqlite")
    OPEN.append(engine)
    metadata.create_all(engine)
    keys = credentials.keyring(folder / "secret.key", {})
    chosen = Settings(cache_dir=folder / "cache", **settings)
    return Fleet(engine, Noted(), NoStore(), chosen, None, keys.seal, keys.unseal)


def close_fleets() -> None:
    while OPEN:
        OPEN.pop().dispose()


def new_project(fleet: Fleet, name: str = "one") -> int:
    with writing(fleet.engine) as connection:
        made = connection.execute(insert(project).values(name=name, created_at=time.time()))
    return made.inserted_primary_key[0]


def enrolled(monkeypatch) -> list:
    """Takes the place of ``enrol``, until images are read: rows without jobs. Gives what was enrolled."""
    found = []

    def enrol(fleet, project_id, wanted, lane, by):
        found.append(wanted)
        now = time.time()
        with writing(fleet.engine) as connection:
            known = connection.execute(image.select().where(image.c.identity == wanted.identity)).first()
            if known is None:
                values = {"identity": wanted.identity, "reference": wanted.reference, "state": "opening", "enrolled_at": now}
                number = connection.execute(insert(image).values(**values)).inserted_primary_key[0]
            else:
                number = known.id
            connection.execute(insert(project_image).values(project_id=project_id, image_id=number, seen_at=now))
        return wanted.identity

    monkeypatch.setattr(enrolment, "enrol", enrol)
    return found


def known_names(monkeypatch, **addresses: str) -> None:
    """Name servers of the test: these names have these addresses (underscores stand for dots), others do not exist."""
    real, known = socket.getaddrinfo, {name.replace("_", "."): address for name, address in addresses.items()}

    def answer(host, *rest, **options):
        if host in known:
            host = known[host]
        elif not str(host).replace(".", "").isdigit():
            raise socket.gaierror(f"no such name: {host}")
        return real(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
