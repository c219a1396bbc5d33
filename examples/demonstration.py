"""The data of the demonstration: something for each page of the service, made of the examples, without a network.

An image with the tag before it and its base, an SBOM, and a report of a pipeline; a registry that is never contacted, with the
history of a tag; what a compose file exposes; a decision, a policy, views, and a paused subscription with its messages.
"""

import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from build_demo import build, build_base, build_older

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from careen.fleet.fleet import Fleet

ROOT = Path(__file__).resolve().parents[1]
BY = "demonstration"
PROJECT = "Demonstration (examples, not your images)"
HOST = "registry.example"
LATEST, OLDER, BASE = f"{HOST}/careen/demo:latest", f"{HOST}/careen/demo:1.0", f"{HOST}/careen/demo-base:12"
OPENSSL = "pkg:deb/debian/libssl3"
DAY_S = 86_400.0


def documents() -> dict[str, bytes]:
    """By the name that pages show: archives, an SBOM and a report."""
    with tempfile.TemporaryDirectory() as folder:
        image, base, older = (
            make(Path(folder) / name)
            for make, name in ((build, "shop.tar"), (build_base, "base.tar"), (build_older, "older.tar"))
        )
        sbom = _careen("sbom", str(image), "--format", "cyclonedx")
        example = ("--advisories", "examples/advisories", "--offline", "--refresh", "never", "--format", "json")
        report = _careen("scan", str(image), *example)
        return {
            OLDER: older.read_bytes(),
            LATEST: image.read_bytes(),
            BASE: base.read_bytes(),
            "careen/demo, as an SBOM": sbom,
            "careen/demo, a report of a pipeline": report,
        }


def store(fleet: "Fleet", connection: "Connection", made: Mapping[str, bytes]) -> None:
    from careen.fleet import uploads
    from careen.fleet.deadlines import Deadlines
    from careen.fleet.projects import ProjectSettings, with_settings
    from careen.fleet.tables import project

    now = time.time()
    days = ProjectSettings(deadlines=Deadlines("the team of the demonstration", exploited=3, critical=7, high=30))
    row = {"name": PROJECT, "settings": with_settings(b"", days), "created_at": now}
    number = connection.execute(project.insert().values(**row).returning(project.c.id)).scalar_one()
    images = {
        name: uploads.store(fleet, connection, number, uploads.read(data, fleet.settings), name, BY).identity
        for name, data in made.items()
    }
    _registry(connection, number, images, now)
    _exposure(fleet, connection, number, now)
    _decisions(connection, number, now)
    _messages(fleet, connection, number, now)


def _registry(connection: "Connection", project_id: int, images: Mapping[str, str], now: float) -> None:
    """It is listed when somebody asks for it: nothing answers at its address."""
    from sqlalchemy import select, update

    from careen.fleet.tables import agent_report, image, project_image, registry, repository, tag, tag_change

    numbers = dict(connection.execute(select(image.c.identity, image.c.id)).all())
    row = {"project_id": project_id, "host": HOST, "listed_at": now}
    number = connection.execute(registry.insert().values(**row).returning(registry.c.id)).scalar_one()
    for name, tags in (("careen/demo", {"1.0": OLDER, "latest": LATEST}), ("careen/demo-base", {"12": BASE})):
        row = {"registry_id": number, "name": name}
        of = connection.execute(repository.insert().values(**row).returning(repository.c.id)).scalar_one()
        for label, led_to in tags.items():
            values = {"repository_id": of, "name": label}
            found = {"image_id": numbers[images[led_to]], "seen_at": now, "pushed_at": now - DAY_S}
            connection.execute(tag.insert().values(**values, **found))
            history = ((OLDER, 30), (LATEST, 1)) if label == "latest" else ((led_to, 30),)
            for each, days in history:
                connection.execute(tag_change.insert().values(**values, at=now - days * DAY_S, identity=images[each]))
    runs = {"project_id": project_id, "source": BY, "namespace": "shop", "workload": "Deployment/web"}
    connection.execute(agent_report.insert().values(**runs, digest=images[LATEST], at=now))
    latest = (project_image.c.project_id == project_id, project_image.c.image_id == numbers[images[LATEST]])
    connection.execute(update(project_image).where(*latest).values(runs_at=now))


def _exposure(fleet: "Fleet", connection: "Connection", project_id: int, now: float) -> None:
    from careen.app.exposing import exposure
    from careen.exposure import document
    from careen.fleet import exposures
    from careen.plugins import ReportOptions

    stream = io.StringIO()
    document.write(exposure([str(ROOT / "examples" / "shop" / "compose.yaml")], fleet.settings), stream, ReportOptions())
    data = stream.getvalue().replace("registry.example/shop/web:4.0.2", LATEST)
    exposures.store(connection, project_id, "compose.yaml of the demonstration", exposures.read(data.encode()), BY, now)


def _decisions(connection: "Connection", project_id: int, now: float) -> None:
    from careen.fleet import triage, views
    from careen.fleet.rules import DEFAULT, encoded
    from careen.fleet.tables import policy
    from careen.fleet.triage import Batch, Target
    from careen.policy.rules import Rules

    rules = encoded(Rules(fail_on=("kev", "critical:fixable"), grace_days=7))
    row = {"project_id": project_id, "name": DEFAULT, "rules": rules, "changed_by": BY, "changed_at": now}
    connection.execute(policy.insert().values(**row))
    why = "An example of a decision: the shop verifies no DH parameters."
    wanted = Batch((Target("CVE-2023-5678", OPENSSL),), "not_affected", "vulnerable_code_not_in_execute_path", why, 90)
    triage.decide(connection, project_id, wanted, BY)
    views.save(connection, project_id, "What is overdue", "triage?overdue=true", BY)
    views.save(connection, project_id, "Exploited, with a fix", "triage?exploited=true&fixable=true", BY)


def _messages(fleet: "Fleet", connection: "Connection", project_id: int, now: float) -> None:
    """Of a paused subscription, since nothing answers at its address."""
    from careen.fleet.tables import delivery, subscription

    target = fleet.seal(b'{"url": "https://hooks.example/careen", "secret": "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"}')
    row = {
        "project_id": project_id,
        "kind": "webhook",
        "name": "The team of the demonstration",
        "target": target,
        "paused": True,
    }
    number = connection.execute(subscription.insert().values(**row, created_at=now).returning(subscription.c.id)).scalar_one()
    for state, title, trouble in (
        ("sent", "CVE-2021-44228 is newly disclosed in log4j-core, in 1 image", ""),
        ("dead", "A fix for CVE-2023-5678 came out for libssl3, in 2 images", "hooks.example does not answer"),
    ):
        values = {"subscription_id": number, "kind": "message", "key": state, "title": title, "body": b"{}", "state": state}
        connection.execute(delivery.insert().values(**values, trouble=trouble, tries=1, created_at=now, next_at=now))


def _careen(*arguments: str) -> bytes:
    done = subprocess.run([sys.executable, "-m", "careen", *arguments], cwd=ROOT, capture_output=True, check=False)
    if not done.stdout:
        raise SystemExit(f"careen {arguments[0]} wrote nothing: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout
