"""The context of a kubeconfig, its credentials, and plugins that only the user allows."""

import base64
import json
import os

import pytest
import yaml

from careen.clusters.kubeconfig import access, in_cluster
from careen.errors import InputError, UsageError
from careen.exec import Finished


def config(folder, name="config", **user):
    document = {
        "apiVersion": "v1", "kind": "Config", "current-context": "dev",
        "contexts": [
            {"name": "dev", "context": {"cluster": "c", "user": "u"}},
            {"name": "bare", "context": {"cluster": "d"}},
            {"name": "lost", "context": {"cluster": "nowhere"}},
            {"name": "proxied", "context": {"cluster": "p"}},
        ],
        "clusters": [
            {"name": "c", "cluster": {"server": "https://10.0.0.1:6443/", "certificate-authority": "ca.crt"}},
            {"name": "d", "cluster": {"server": "https://d.example", "insecure-skip-tls-verify": True}},
            {"name": "p", "cluster": {"server": "https://d.example", "proxy-url": "http://proxy"}},
        ],
        "users": [{"name": "u", "user": user}],
    }  # fmt: skip
    (folder / "ca.crt").write_bytes(b"PEM of the authority")
    file = folder / name
    file.write_text(yaml.safe_dump(document))
    return file


def test_the_current_context_with_files_beside_it(tmp_path):
    (tmp_path / "token").write_text("t0ken\n")
    found = access(file=config(tmp_path, tokenFile="token"), environ={})
    assert (found.name, found.server, found.authority) == ("dev", "https://10.0.0.1:6443", b"PEM of the authority")
    assert found.token_file == tmp_path / "token"
    assert not found.insecure


def test_a_context_by_name_and_data_in_the_file(tmp_path):
    data = base64.b64encode(b"PEM").decode()
    file = config(tmp_path, **{"client-certificate-data": data, "client-key-data": data})
    assert access("bare", file, environ={}).insecure
    found = access("dev", file, environ={})
    assert (found.certificate, found.key) == (b"PEM", b"PEM")
    assert "PEM" not in repr(found)


def test_several_files(tmp_path):
    (tmp_path / "one").mkdir()
    first = tmp_path / "one" / "config"
    first.write_text("current-context: dev\n")
    second = config(tmp_path, token="t0ken")
    found = access(environ={"KUBECONFIG": f"{first}{os.pathsep}{second}{os.pathsep}{tmp_path / 'gone'}"})
    assert found.token == "t0ken"
    assert "t0ken" not in repr(found)


@pytest.mark.parametrize("name", ["none", "lost", "proxied"])
def test_contexts_that_cannot_be_used(tmp_path, name):
    with pytest.raises(UsageError):
        access(name, config(tmp_path), environ={})


def test_files_that_cannot_be_read(tmp_path):
    for text in (b"[", b"\xff\xfe\xfd", b"a: " + b"x" * 5_000_000):
        (tmp_path / "bad").write_bytes(text)
        with pytest.raises((InputError, UsageError)):
            access(file=tmp_path / "bad", environ={})
    with pytest.raises(InputError):
        access(file=tmp_path / "gone", environ={})
    with pytest.raises(InputError, match="not base64"):
        access(file=config(tmp_path, **{"client-key-data": "*"}), environ={})


def test_a_plugin_is_started_only_if_the_user_names_it(tmp_path):
    started = []

    def start(argv, environ, timeout_s):
        started.append((argv, json.loads(environ["KUBERNETES_EXEC_INFO"])["kind"], environ["A"]))
        return Finished(0, json.dumps({"status": {"token": "fr0m-plugin"}}).encode(), b"")

    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1", "command": "aws", "args": ["eks", "get-token"],
        "env": [{"name": "A", "value": "1"}],
    }  # fmt: skip
    file = config(tmp_path, exec=plugin)
    for allowed in ("", "gcloud"):
        with pytest.raises(UsageError, match="starts the program 'aws'"):
            access(file=file, plugin=allowed, environ={}, start=start)
    assert started == []
    assert access(file=file, plugin="aws", environ={}, start=start).token == "fr0m-plugin"
    assert started == [(["aws", "eks", "get-token"], "ExecCredential", "1")]


@pytest.mark.parametrize("answer", [Finished(1, b"", b"no"), Finished(0, b"{", b""), Finished(0, b"[]", b"")])
def test_plugins_that_give_nothing(tmp_path, answer):
    file = config(tmp_path, exec={"command": "aws"})
    with pytest.raises(InputError, match="gave no credential"):
        access(file=file, plugin="aws", environ={}, start=lambda *_, **__: answer)


def test_the_service_account_of_a_pod(tmp_path):
    assert in_cluster({}, tmp_path) is None
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}
    assert in_cluster(environ, tmp_path) is None
    (tmp_path / "token").write_text("t0ken")
    (tmp_path / "ca.crt").write_bytes(b"PEM")
    found = in_cluster(environ, tmp_path)
    assert (found.server, found.authority, found.token_file) == ("https://[fd00::1]:6443", b"PEM", tmp_path / "token")


def test_no_cluster_at_all(tmp_path):
    with pytest.raises(UsageError, match="no cluster is named"):
        access(environ={"HOME": str(tmp_path)})
