"""``careen serve`` as a person starts it: the set-up link, a key, a scan, its verdict, and a graceful end."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.fleet import fill
from tests.support.fleet_units import database_with
from tests.support.fleet_world import RECORDS
from tests.support.registry import Registry
from tests.support.servers import free_port
from tests.support.waiting import until

from careen.config import settings_of
from careen.fleet.start import opened


class Service:
    def __init__(self, folder):
        self.port = free_port()
        command = [sys.executable, "-m", "careen", "serve", "--data", folder / "data", "--listen", f"127.0.0.1:{self.port}"]
        command += ["--plain-http", "--private-hosts", "127.0.0.1", "--refresh", "never"]
        environ = {**os.environ, "CAREEN_DB_MAX_AGE": "off", "CAREEN_CONFIG": ""}
        environ.pop("CAREEN_CACHE_DIR", None)  # which a first line would state is not used
        self.process = subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE, text=True, env=environ)
        self.lines = [self.process.stderr.readline(), self.process.stderr.readline()]
        self.key = ""

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, json.loads(data or b"null"), response.headers

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90)


@pytest.fixture
def service(tmp_path):
    settings = settings_of({"cache_dir": str(tmp_path / "unused")})
    with opened(None, tmp_path / "data", settings, 1) as fleet:  # makes the folder
        database_with(fleet, RECORDS, "2026-11-01T00:00:00Z")
    made = Service(tmp_path)
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait()
    made.process.stderr.close()


def test_from_the_first_start_to_a_verdict(service):
    token = re.search(r"/setup#(\S+)", service.lines[1])[1]
    user = {"token": token, "name": "ann", "password": "a long password"}
    assert service.ask("POST", "/api/v1/setup", user)[0] == 201
    assert service.ask("POST", "/api/v1/setup", user)[0] == 403
    status, session, headers = service.ask("POST", "/api/v1/session", {"name": "ann", "password": "a long password"})
    assert status in (200, 201)
    signed_in = {"Cookie": headers["Set-Cookie"].partition(";")[0], "X-CSRF-Token": session["csrf"]}
    status, project, _ = service.ask("POST", "/api/v1/projects", {"name": "shop"}, **signed_in)
    assert status == 201
    path = f"/api/v1/projects/{project['id']}"
    status, key, _ = service.ask("POST", f"{path}/keys", {"name": "ci", "scopes": ["read", "scan"]}, **signed_in)
    assert status == 201
    service.key = key["token"]
    with Registry() as registry:
        (reference,) = fill(registry, repositories=1, tags=1)
        status, scan, _ = service.ask("POST", f"{path}/scans", {"reference": reference})
        assert status in (200, 201, 202), scan
        place = f"{path}/scans/{scan['identity']}"
        assert until(lambda: service.ask("GET", place)[1]["state"] in ("ready", "failed"), 90)
        state = service.ask("GET", place)[1]
        assert state["state"] == "ready", state
        status, found, _ = service.ask("GET", f"{path}/images/{scan['identity']}")
        assert found["counts"]["critical"] == 1
        status, report, _ = service.ask("GET", f"{path}/images/{scan['identity']}/report?format=json")
        assert {finding["id"] for finding in report["findings"]} >= {"CVE-2026-0001", "CVE-2026-0002"}
        status, who, _ = service.ask("GET", f"{path}/search?q=vulnerability:CVE-2026-0002")
        assert status == 200, who
        assert [item["vulnerability"] for item in who["items"]] == ["CVE-2026-0002"]
    assert service.ask("GET", "/health")[0] == 200
    assert service.end() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="it looks for the process in /proc")
def test_a_worker_that_is_killed_is_replaced(service):
    def workers():
        lists = Path(f"/proc/{service.process.pid}/task").glob("*/children")  # each thread has those that it started
        numbers = [number for file in lists for number in file.read_text().split()]
        return [int(number) for number in numbers if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes()]

    (first,) = workers()
    os.kill(first, signal.SIGKILL)
    assert until(lambda: workers() not in ([first], []), 60)
    assert service.ask("GET", "/health")[0] == 200
    assert service.end() == 0
