"""Other systems ask a fleet that has a lot to do: a registry that notifies it of a push, and Harbor with its five seconds."""

import os
import subprocess
import sys
from contextlib import contextmanager

import httpx2 as httpx
import msgspec
from tests.e2e.test_registry_real import push
from tests.support import work
from tests.support.clients import harbor
from tests.support.fleet import fill
from tests.support.fleet_database import address, postgres_server
from tests.support.fleet_world import a_project, fleet_at, states, working
from tests.support.images import make_image, make_layer
from tests.support.real_registry import start_registry, stop_registry
from tests.support.registry import Registry
from tests.support.served import serving
from tests.support.waiting import until

from careen.fleet import layers
from careen.fleet.connection import writing
from careen.fleet.fleet import BACKGROUND
from careen.fleet.layers import MOST_JOBS, Chunk
from careen.fleet.queue import Job
from careen.fleet.rows import batches
from careen.fleet.tables import layer, registry
from careen.server.assembled import assembled
from careen.server.keys import insert
from careen.server.options import ServerOptions

__all__ = ["address", "postgres_server"]
LAYERS = 100_000
STATUS = b"Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.1\n\n"
NOTIFICATIONS = """
notifications:
  endpoints:
    - name: careen
      url: {address}/webhooks/distribution/{number}
      headers: {{Authorization: [Bearer {secret}]}}
      timeout: 5s
      threshold: 3
      backoff: 1s
"""


def a_key(fleet, project, *scopes):
    with writing(fleet.engine) as connection:
        return insert(connection, project, "tests", frozenset(scopes), "tests")[1]


def a_registry(fleet, project, host, secret=""):
    row = {"project_id": project, "host": host, "webhook_secret": fleet.seal(secret.encode()) if secret else b""}
    with writing(fleet.engine) as connection:
        return connection.execute(registry.insert().values(row)).inserted_primary_key[0]


def test_a_push_becomes_a_verdict(address, tmp_path):
    with fleet_at(address, tmp_path) as fleet, serving(assembled(fleet, ServerOptions())) as here:
        project = a_project(fleet)
        number = a_registry(fleet, project, "to be known", "a secret")
        extra = NOTIFICATIONS.format(address=here, number=number, secret="a secret")
        process, host = start_registry(tmp_path, extra)
        try:
            with writing(fleet.engine) as connection:
                connection.execute(registry.update().values(host=host))
            image = make_image([make_layer({"etc/os-release": b'ID=debian\nVERSION_ID="12"\n', "var/lib/dpkg/status": STATUS})])
            with working(fleet), httpx.Client(headers={"Authorization": f"Bearer {a_key(fleet, project, 'read')}"}) as client:
                push(host, "team/app", "1.0", image)
                place = f"{here}/api/v1/projects/{project}/images/{image.digest}"
                assert until(lambda: client.get(place).json().get("state") == "ready", 30), states(fleet)
                found = client.get(place).json()
        finally:
            stop_registry(process)
    assert (found["counts"]["high"], found["coverage"]) == (1, "assessed")


def test_harbor_is_served_while_a_hundred_thousand_layers_wait(address, tmp_path, monkeypatch):
    """Its client gives up a call after five seconds. What is counted is the CPU time of the server: the machine may be busy."""
    monkeypatch.setattr(harbor, "TIMEOUT_S", 120.0)
    monkeypatch.setattr(work, "CPU_SECONDS", 5.0)
    with fleet_at(address, tmp_path) as fleet, Registry() as images, serving(assembled(fleet, ServerOptions())) as here:
        crowd(fleet)
        project = a_project(fleet)
        a_registry(fleet, project, images.host)
        (reference,) = fill(images, repositories=1, tags=1)
        name, _, _ = reference.partition("/")[2].rpartition(":")
        digest = next(each for repository, each in images.manifests if repository == name)
        client = harbor.HarborClient(f"{here}/harbor", f"Bearer {a_key(fleet, project, 'harbor')}")
        artifact = {"repository": name, "digest": digest, "mime_type": "application/vnd.oci.image.manifest.v1+json"}
        with a_worker(tmp_path, address):
            spent(client.metadata)
            id = spent(lambda: client.submit({"url": f"http://{images.host}"}, artifact))
            report = until(lambda: spent(lambda: report_or_none(client, id)), 180) and spent(lambda: client.report(id))
            assert {item.package for item in report.vulnerabilities} == {"openssl", "zlib1g"}
            assert states(fleet, layer)["waiting"] > LAYERS / 2  # most of the crowd still waits


def spent(call):
    with work.ends("a call of Harbor"):
        return call()


def report_or_none(client, id):
    try:
        return client.report(id)
    except harbor.NotReadyError:
        return None


@contextmanager
def a_worker(folder, address):
    """In a process of its own, as beside a server."""
    command = [sys.executable, "-m", "careen", "worker", "--data", str(folder / "data"), "--database", address, "--plain-http"]
    command += ["--private-hosts", "127.0.0.1", "--refresh", "never"]
    environ = {**os.environ, "CAREEN_DB_MAX_AGE": "off", "CAREEN_CONFIG": ""}
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(120) == 0


def crowd(fleet):
    with writing(fleet.engine) as connection:
        for some in batches(range(LAYERS), 5000):
            rows = [
                {"digest": f"sha256:{number:064x}", "state": "waiting", "lane": BACKGROUND, "enrolled_at": 1.0, "size_bytes": 9}
                for number in some
            ]
            connection.execute(layer.insert(), rows)
        for some in batches(range(MOST_JOBS), 1000):
            payloads = [(number, msgspec.json.encode(Chunk((f"sha256:{number:064x}",)))) for number in some]
            fleet.queue.add(connection, [Job("read", f"read:{number}", data, BACKGROUND, "crawl") for number, data in payloads])
    assert sum(depth(fleet).values()) == MOST_JOBS
    assert layers.feed(fleet) == 0


def depth(fleet):
    with fleet.engine.connect() as connection:
        return fleet.queue.depth(connection)
