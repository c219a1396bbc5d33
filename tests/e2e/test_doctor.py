"""``careen doctor`` against servers on loopback."""

import json
import time
from email.utils import formatdate

import pytest
from tests.support.command import Shell
from tests.support.servers import Answer, Server, free_port

SECRET = "aHVudGVyMjpodW50ZXIy"


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


def docker_config(shell, *hosts, **more):
    folder = shell.home / ".docker"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": SECRET} for host in hosts}, **more}))


def lines_of(shell, *flags):
    finished = shell.run("doctor", "--format", "json", *flags)
    assert SECRET not in finished.stdout + finished.stderr
    assert "Traceback" not in finished.stderr
    document = json.loads(finished.stdout)
    assert document["schema"] == "careen.doctor/1"
    assert finished.returncode == (3 if document["state"] == "problem" else 0)
    return document["lines"]


def by_code(lines):
    return {line["code"]: line for line in lines}


def answering(skew=0.0, status=200):
    return Server(lambda request: Answer(status, headers={"Date": formatdate(time.time() + skew, usegmt=True)}))


def test_hosts_that_answer(shell):
    with answering() as mirror, answering(status=401) as registry:
        docker_config(shell, registry.url.partition("//")[2])
        hub = f"docker.io={registry.url.partition('//')[2]}"
        lines = lines_of(shell, "--db-from", mirror.url, "--mirrors", hub)
    hosts = [line["text"] for line in lines if line["code"] == "host"]
    assert len(hosts) == 2
    assert all(text.endswith("answers") for text in hosts)
    assert [request.path for request in registry.requests] == ["/v2/"]
    assert "authorization" not in registry.requests[0].headers
    assert by_code(lines)["logins"]["state"] == "ok"
    assert by_code(lines)["no_database"]["advice"] == "careen db update"


def test_a_host_that_is_silent_and_one_that_is_away(shell):
    def hold(request):
        time.sleep(1.5)
        return Answer()

    gone = f"127.0.0.1:{free_port()}"
    with Server(hold) as slow:
        flags = ("--db-from", slow.url, "--mirrors", f"docker.io={gone}", "--timeout", "0.5")
        lines = lines_of(shell, *flags)
    silent = [line["text"] for line in lines if line["code"] == "host_silent"]
    assert len(silent) == 2
    assert any(gone in text for text in silent)


@pytest.mark.parametrize(("skew", "word"), [(9000.0, "behind"), (-9000.0, "ahead")])
def test_the_clock(shell, skew, word):
    with answering(skew) as server:
        hub = f"docker.io={server.url.partition('//')[2]}"
        lines = lines_of(shell, "--db-from", server.url, "--mirrors", hub)
    assert word in by_code(lines)["clock_wrong"]["text"]


def test_offline_asks_nobody_and_ends_with_what_to_do(shell):
    finished = shell.run("doctor", "--offline")
    assert finished.returncode == 3
    assert finished.stdout.rstrip().splitlines()[-3:-1] == ["What to do:", "  1. careen db update"]
    assert max(map(len, finished.stdout.splitlines())) <= 200


def test_proxies_helpers_and_broken_files(shell):
    shell.environment["HTTPS_PROXY"] = f"http://user:{SECRET}@proxy.example:3128"
    docker_config(shell, "registry.example", credsStore="never-installed", credHelpers={"a.example": "../../bin/sh"})
    lines = by_code(lines_of(shell, "--offline"))
    assert "proxy.example:3128" in lines["proxy"]["text"]
    assert "docker-credential-never-installed" in lines["helper_missing"]["text"]
    (shell.home / ".docker" / "config.json").write_text("{")
    assert "config_unreadable" in by_code(lines_of(shell, "--offline"))


def test_a_cache_that_cannot_be_used(shell):
    (shell.home / "cache").write_text("a file")
    assert by_code(lines_of(shell, "--offline"))["cache_unusable"]["state"] == "problem"


def test_a_damaged_database(shell):
    place = shell.home / "cache" / "database"
    place.mkdir(parents=True, mode=0o700)
    (place / "advisories.sqlite").write_bytes(b"no database")
    assert by_code(lines_of(shell, "--offline"))["database_unusable"]["advice"] == "careen db update"


def test_a_certificate_store_that_is_not_there(shell):
    lines = by_code(lines_of(shell, "--offline", "--ca-file", shell.home / "none.pem"))
    assert lines["ca_unusable"]["state"] == "problem"
