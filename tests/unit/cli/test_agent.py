"""``careen agent`` reports the pods of a cluster, or an engine's containers."""

import json

import pytest
from tests.support.cluster import Cluster
from tests.support.servers import Answer, Server

from careen.cli.agent import parser, run
from careen.errors import CredentialsError, UsageError

DIGEST = "sha256:" + "b" * 64
POD = {
    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "prod"},
    "spec": {"containers": [{"name": "a", "image": "registry.example/a:1"}]},
}  # fmt: skip


@pytest.fixture
def kubeconfig(tmp_path):
    def write(url):
        file = tmp_path / "config"
        file.write_text(json.dumps({
            "current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
            "clusters": [{"name": "x", "cluster": {"server": url}}], "users": [{"name": "x", "user": {"token": "t0ken"}}],
        }))  # fmt: skip
        return str(file)

    return write


def answered(request):
    """The key is of the project 7."""
    return Answer(200, b'{"project": 7}') if request.path == "/api/v1/me" else Answer(200, b"{}")


def agent(*words, sleep=lambda _: None):
    return run(parser().read([*words, "--source", "production"]), sleep)


def test_one_report_of_a_cluster(kubeconfig, monkeypatch):
    monkeypatch.setenv("CAREEN_SERVER_TOKEN", "k3y")
    with Cluster([POD]) as cluster, Server(answered) as server:
        assert agent("--server", server.url, "--once", "--cluster", "x", "--kubeconfig", kubeconfig(cluster.url)) == 0
        _, request = server.requests
    assert (request.method, request.path) == ("PUT", "/api/v1/projects/7/agents/production")
    assert request.headers["authorization"] == "Bearer k3y"
    assert json.loads(request.body) == {
        "workloads": [
            {"namespace": "prod", "workload": "Pod/p", "reference": "registry.example/a:1", "digest": "", "privileged": False}
        ],
    }


def test_reports_go_on_while_the_server_is_away(kubeconfig, monkeypatch, capsys):
    monkeypatch.setenv("CAREEN_SERVER_TOKEN", "k3y")
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 2:
            raise KeyboardInterrupt

    with Cluster([POD]) as cluster, Server(lambda request: answered(request) if slept else Answer(503)) as server:
        words = ("--server", server.url, "--cluster", "x", "--kubeconfig", kubeconfig(cluster.url), "--every", "1h")
        with pytest.raises(KeyboardInterrupt):
            agent(*words, sleep=sleep)
    assert slept == [3600.0, 3600.0]
    shown = capsys.readouterr().err
    assert "answered 503" in shown
    assert "running images reported to" in shown


def test_a_key_that_the_server_refuses(kubeconfig, tmp_path):
    (tmp_path / "key").write_text("k3y\n")
    with Cluster([POD]) as cluster, Server(lambda _: Answer(401)) as server:
        words = ("--server", server.url, "--once", "--cluster", "x", "--kubeconfig", kubeconfig(cluster.url))
        with pytest.raises(CredentialsError) as caught:
            agent(*words, "--token-file", str(tmp_path / "key"))
    assert "k3y" not in str(caught.value)


@pytest.mark.parametrize(
    "words", [("--every", "1s"), ("--engine", "docker", "--cluster", "x"), ("--token-file", "/nowhere"), ()]
)
def test_wrong_words(words, monkeypatch):
    monkeypatch.delenv("CAREEN_SERVER_TOKEN", raising=False)
    with pytest.raises(UsageError):
        agent("--server", "https://careen.example", "--once", *words)


def test_an_address_that_is_none(kubeconfig, monkeypatch):
    monkeypatch.setenv("CAREEN_SERVER_TOKEN", "k3y")
    with Cluster([POD]) as cluster, pytest.raises(UsageError, match="not the address"):
        agent("--server", "careen.example", "--once", "--cluster", "x", "--kubeconfig", kubeconfig(cluster.url))
