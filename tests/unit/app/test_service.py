"""A scan with a server: its rules before the gate, the report after it, and what happens if it is away."""

import json

import pytest
from argon2 import PasswordHasher

from careen.app.service import Service as Client
from careen.cli.main import main
from careen.config import settings_of
from careen.errors import InputError, UsageError
from careen.fleet import overdue
from careen.server import passwords
from tests.support.command import ADVISORIES
from tests.support.service import Service, body_of, served

AWAY = "http://127.0.0.1:9"
ACCEPTED = {"accept": ["no_advisories"]}  # only our own advisories are loaded


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    made = Service(tmp_path)
    with served(made) as address:
        yield made, address
    made.fleet.engine.dispose()


@pytest.fixture
def scan(tmp_path, monkeypatch, capsys):
    """(exit code, report, standard error) of a scan of a folder with lodash."""
    package = tmp_path / "root" / "app" / "node_modules" / "lodash" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"name": "lodash", "version": "4.17.20"}')
    monkeypatch.setenv("CAREEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("time.sleep", lambda _: None)

    def run(*flags: str, token: str = ""):
        monkeypatch.setenv("CAREEN_SERVER_TOKEN", token)
        known = ("--advisories", str(ADVISORIES), "--offline", "--scanners", "vuln", "--format", "json", "--no-progress")
        code = main(["scan", str(tmp_path / "root"), *known, *flags])
        shown = capsys.readouterr()
        return code, json.loads(shown.out) if shown.out else None, shown.err

    return run


def last_upload(service: Service) -> dict:
    client = service.client(service.key)
    identity = body_of(client.get(f"{service.path}/uploads"))["items"][0]["identity"]
    return body_of(client.get(f"{service.path}/images/{identity}"))


def test_the_policy_and_the_decisions_of_the_server_decide_here_and_there(server, scan):
    service, address = server
    client = service.client(service.key)
    assert scan("--server", address, token=service.key)[0] == 0
    assert last_upload(service)["exit_code"] == 0
    assert client.put(f"{service.path}/policies/default", json={"fail_on": ["vuln:medium"], **ACCEPTED}).status_code == 200
    code, report, _ = scan("--server", address, token=service.key)
    assert code == 1 and last_upload(service)["exit_code"] == 1
    for finding in report["findings"]:
        decided = {"vulnerability": finding["id"], "status": "not_affected", "package": finding["package"], "reason": "unused"}
        assert client.post(f"{service.path}/decisions", json=decided).status_code == 201
    code, report, _ = scan("--server", address, token=service.key)
    assert code == 0 and not report["findings"] and report["suppressed"][0]["by"]["kind"] == "vex"
    assert last_upload(service)["exit_code"] == 0


def test_the_command_line_can_add_a_condition_and_take_none_away(server, scan):
    service, address = server
    client = service.client(service.key)
    client.put(f"{service.path}/policies/default", json={"fail_on": ["vuln:critical"], **ACCEPTED})
    assert scan("--server", address, token=service.key)[0] == 0
    assert scan("--server", address, "--fail-on", "vuln:low", token=service.key)[0] == 1
    client.put(f"{service.path}/policies/default", json={"fail_on": ["vuln:low"], **ACCEPTED})
    assert scan("--server", address, "--fail-on", "vuln:critical", "--grace-days", "3000", token=service.key)[0] == 1


def test_a_server_that_is_away(scan):
    code, report, shown = scan("--server", AWAY, "--fail-on", "vuln:low", "--accept", "no_advisories", token="careen_x_y")
    assert code == 1 and report["findings"] and "the report is not sent" in shown
    code, report, shown = scan("--server", AWAY, "--server-required", token="careen_x_y")
    assert (code, report) == (3, None)


def test_a_token_is_needed_and_must_be_right(server, scan, tmp_path):
    service, address = server
    assert scan("--server", address)[0] == 2
    code, _, shown = scan("--server", address, token="careen_0123456789ab_wrong")
    assert code == 3 and "unknown, revoked or expired" in shown and "wrong" not in shown
    file = tmp_path / "token"
    file.write_text(service.key + "\n")
    assert scan("--server", address, "--server-token-file", str(file))[0] == 0
    assert scan("--server", address, "--server-token-file", str(tmp_path / "none"))[0] == 2
    assert scan("--server", address, token=service.add_key(project_id=None))[0] == 2


def test_a_key_that_may_only_read_sends_nothing(server, scan):
    service, address = server
    code, _, shown = scan("--server", address, token=service.add_key({"read"}, service.id))
    assert code == 3 and "upload" in shown


def test_query(server, monkeypatch, capsys):
    service, address = server
    monkeypatch.setenv("CAREEN_SERVER_TOKEN", service.key)
    assert main(["query", "package:openssl", "--server", address, "--limit", "2"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == ["NAME             AT", "package:openssl  0", "package:openssl  1"]
    assert "--limit" in shown.err
    assert main(["query", "x", "--server", address, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [item["at"] for item in found["items"]] == [0, 1, 2] and not found["more"]
    assert main(["query", "x"]) == 2


def test_a_server_that_is_something_else(server):
    _, address = server
    settings = settings_of({"server": address, "server_token": "careen_x_y"})
    with pytest.raises(InputError, match="refuses"):
        Client(settings).search("x", 1)
    with pytest.raises(UsageError):
        Client(settings_of({"server": address}))


def test_what_is_overdue_there_decides_here(server, scan, monkeypatch):
    service, address = server
    client = service.client(service.key)
    changed = client.patch(service.path, json={"deadlines": {"high": 7, "medium": 7}})
    assert changed.status_code == 200, changed.text
    assert client.put(f"{service.path}/policies/default", json={"fail_on": ["overdue"], **ACCEPTED}).status_code == 200
    code, report, _ = scan("--server", address, token=service.key)
    assert code == 0, "the server has never seen any of them"
    found = report["findings"][0]
    late = frozenset({(found["id"], found["package"])})
    monkeypatch.setattr(overdue, "late_ones", lambda *_: late)
    code, report, _ = scan("--server", address, token=service.key)
    assert code == 1
    assert report["verdict"]["rules"][0]["failed_by"] == {"count": 1, "first": [found["id"]]}
    code, _, error = scan("--fail-on", "overdue")
    assert code == 2 and "nothing states which findings are overdue" in error
