"""A fleet with subscriptions, on either database, and a network that is a list."""

import hashlib
import json

from sqlalchemy import select

from careen.config import settings_of
from careen.fleet.connection import connect, writing
from careen.fleet.fleet import Fleet
from careen.fleet.notifications import gathering, sending, targets
from careen.fleet.notifications.channels.webhook import WebhookTarget
from careen.fleet.notifications.message import Message
from careen.fleet.notifications.rules import Rule, encoded
from careen.fleet.tables import context as contexts
from careen.fleet.tables import (
    delivery,
    event,
    event_project,
    image,
    image_unit,
    metadata,
    outbox,
    project,
    project_image,
    subscription,
    unit,
    unit_finding,
)
from careen.safety.typed import from_json
from careen.store.memory import MemoryStore

URL = "https://receiver.test/hook"
SECRET = "whsec_" + "A" * 44
ADDRESS = "https://careen.test"
NOW = 1_780_000_000.0
DAY_S = 86_400.0


class Answer:
    def __init__(self, status, url, body=b""):
        self.status, self.url, self.headers, self._body = status, url, {}, body

    def read(self, size=-1):
        return self._body

    def close(self):
        pass


class Receiver:
    """A fetcher that keeps what it is sent; ``respond`` decides the answer, by default 200, or raises."""

    def __init__(self, respond=lambda sent: 200):
        self.sent, self._respond = [], respond

    def request(self, url, *, method="GET", headers=None, body=None):
        sent = (method, url, dict(headers or {}), body)
        self.sent.append(sent)
        found = self._respond(sent)
        return found if isinstance(found, Answer) else Answer(found, url)

    def bodies(self):
        return [json.loads(body) for _, _, _, body in self.sent]


def net(receiver, mails=None):
    def mail(server, sender, recipients, message):
        mails.append(message)

    return sending.Network(receiver, mail)


def a_fleet(address, folder, **settings) -> Fleet:
    engine = connect(address)
    metadata.create_all(engine)
    flip = bytes(range(255, -1, -1))
    made = settings_of({"cache_dir": str(folder), "refresh": "never", **settings})
    return Fleet(engine, None, MemoryStore(), made, None, lambda data: data.translate(flip), lambda data: data.translate(flip))


def a_project(fleet, number=1, name="shop"):
    with writing(fleet.engine) as connection:
        connection.execute(project.insert().values(id=number, name=name, created_at=0.0))
        if connection.execute(select(contexts.c.id)).first() is None:
            connection.execute(contexts.insert().values(id=1, key=b"c" * 32, data=b""))
    return number


def subscribe(fleet, number=1, project_id=1, kind="webhook", target=None, rule=None, **values):
    sealed = targets.sealed(fleet, target or WebhookTarget(URL, SECRET))
    row = {"id": number, "project_id": project_id, "kind": kind, "target": sealed, "created_at": 0.0, "name": f"s{number}"}
    with writing(fleet.engine) as connection:
        connection.execute(subscription.insert().values({**row, "rule": encoded(rule or Rule()), **values}))


def has(fleet, id="CVE-2026-0001", package="pkg:deb/debian/openssl", images=1, severity="high", project_id=1, **values):
    """The project has images with a package that is affected; the number of the first image."""
    fixed = values.pop("fixed", "3.0.14")
    runs_at, state = values.pop("runs_at", None), values.pop("state", "ready")
    with writing(fleet.engine) as connection:
        key = hashlib.sha256(f"{package} {id} {project_id}".encode()).digest()
        row = {"context_id": 1, "data": b"", "type": "deb", "name": "openssl"}
        unit_id = connection.execute(unit.insert().values(key=key, **row).returning(unit.c.id)).scalar_one()
        found = {
            "severity": severity, "risk": 42_000, "confidence": "likely", "first_at": NOW - DAY_S, "data": b"",
            "fix_state": "fixed" if fixed else "open", "fixed_version": fixed, "disclosed": "2026-05-01", "fix_at": NOW,
        }  # fmt: skip
        connection.execute(
            unit_finding.insert().values(
                unit_id=unit_id, vulnerability=id, package=f"{package}@3.0.11?arch=amd64", **(found | values)
            )
        )
        numbers = [_image(connection, project_id, unit_id, state, runs_at) for _ in range(images)]
    return numbers[0]


def _image(connection, project_id, unit_id, state, runs_at):
    count = len(connection.execute(select(image.c.id)).all())
    row = {"identity": f"sha256:{count}", "reference": f"registry.test/app:{count}", "state": state, "enrolled_at": 0.0}
    number = connection.execute(image.insert().values(row).returning(image.c.id)).scalar_one()
    connection.execute(project_image.insert().values(project_id=project_id, image_id=number, seen_at=0.0, runs_at=runs_at))
    connection.execute(image_unit.insert().values(image_id=number, unit_id=unit_id))
    return number


def happen(fleet, kind="disclosed", id="CVE-2026-0001", package="pkg:deb/debian/openssl", *, at=NOW, project_id=1, **values):
    """An event with its outbox rows, as ``events`` writes them."""
    detail = json.dumps(values.pop("detail", {})).encode()
    images, severity = values.pop("images", 1), values.pop("severity", "high")
    row = {"at": at, "kind": kind, "vulnerability": id, "package": package, "severity": severity, "detail": detail, **values}
    with writing(fleet.engine) as connection:
        number = connection.execute(event.insert().values(row).returning(event.c.id)).scalar_one()
        connection.execute(event_project.insert().values(project_id=project_id, event_id=number, images=images))
        subs = connection.execute(select(subscription.c.id).where(subscription.c.project_id == project_id)).scalars().all()
        if subs:
            connection.execute(outbox.insert(), [{"event_id": number, "subscription_id": sub, "at": at} for sub in subs])
    return number


def messages(fleet, subscription_id=1):
    """What was made for a subscription, in order."""
    wanted = select(delivery.c.body).where(delivery.c.subscription_id == subscription_id).order_by(delivery.c.id)
    with fleet.engine.connect() as connection:
        return [from_json(bytes(body), Message) for body in connection.execute(wanted).scalars()]


def states(fleet, table=delivery):
    with fleet.engine.connect() as connection:
        return [row.state for row in connection.execute(select(table.c.state).order_by(table.c.id))]


def gathered(fleet, now=NOW, subscription_id=1):
    gathering.gather(fleet, now)
    return messages(fleet, subscription_id)
