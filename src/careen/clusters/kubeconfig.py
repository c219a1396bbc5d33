"""The context of a kubeconfig file, or the service account of the pod that this runs in, as an Access.

A plugin that the file names is started only if the user names it too: the file may come from a stranger.
Raises: UsageError for a context that cannot be used, InputError for a file that cannot be read.
**Source:** Kubernetes, "Organizing Cluster Access Using kubeconfig Files"; client-go credential plugins
(client.authentication.k8s.io/v1); "Accessing the Kubernetes API from a Pod".
"""

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from careen.errors import InputError, UsageError
from careen.formats.data import yaml_document

from ..exec import Finished, run
from .access import Access

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
MAX_BYTES = 4 * 1024 * 1024
_PLUGIN_TIMEOUT_S = 60.0

Run = Callable[..., Finished]


def in_cluster(environ: Mapping[str, str], folder: Path = ACCOUNT) -> Access | None:
    """The access to the cluster with the service account of this pod; None outside of a cluster."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not (folder / "token").is_file():
        return None
    shown = f"[{host}]" if ":" in host else host
    return Access(
        "the cluster of this pod", f"https://{shown}:{port}", token_file=folder / "token", authority=_bytes(folder / "ca.crt")
    )


def access(
    context: str | None = None,
    file: Path | None = None,
    plugin: str = "",
    environ: Mapping[str, str] | None = None,
    start: Run = run,
) -> Access:
    """The access to the cluster of a context. ``context`` None: the current context, else the cluster of this pod.
    ``plugin``: the only program that may be started to log in."""
    environ = os.environ if environ is None else environ
    documents = [(path, _document(path)) for path in _paths(file, environ) if file is not None or path.is_file()]
    name = context or next((text for _, document in documents if (text := document.text("current-context"))), "")
    if not name:
        here = in_cluster(environ)
        if here is not None:
            return here
        raise UsageError("no cluster is named", "--cluster CONTEXT, or kubectl config use-context CONTEXT")
    _, chosen = _entry(documents, "contexts", name, "context")
    place, cluster = _entry(documents, "clusters", chosen.text("cluster"), "cluster")
    for key, instead in (("proxy-url", "set HTTPS_PROXY"), ("tls-server-name", "name the host as in its certificate")):
        if cluster.text(key):
            raise UsageError(f"the context {name} uses {key}, which is not supported", instead)
    found = Access(
        name,
        cluster.text("server").rstrip("/"),
        authority=_data(cluster, "certificate-authority", place),
        insecure=cluster.get("insecure-skip-tls-verify") is True,
    )
    if not found.server.startswith(("https://", "http://")):
        hint = "set server: https://HOST:PORT in the kubeconfig"
        raise UsageError(f"the cluster of the context {name} has no address that begins with https:// or http://", hint)
    user = chosen.text("user")
    return _with_user(found, *_entry(documents, "users", user, "user"), plugin, environ, start) if user else found


def _with_user(
    found: Access, place: Path, user: yaml_document.Mapping, plugin: str, environ: Mapping[str, str], start: Run
) -> Access:
    from msgspec.structs import replace

    if "exec" in user:
        return _with_plugin(found, user.map("exec"), plugin, environ, start)
    if "auth-provider" in user:
        raise UsageError("the user of the context has an auth-provider, which Kubernetes has removed", "use a token")
    token_file = place.parent / user.text("tokenFile") if user.text("tokenFile") else None
    return replace(
        found,
        token=user.text("token"),
        token_file=None if user.text("token") else token_file,
        username=user.text("username"),
        password=user.text("password"),
        certificate=_data(user, "client-certificate", place),
        key=_data(user, "client-key", place),
    )


def _with_plugin(found: Access, plugin: yaml_document.Mapping, allowed: str, environ: Mapping[str, str], start: Run) -> Access:
    from msgspec.structs import replace

    command = plugin.text("command")
    if allowed not in (command, Path(command).name) or not command:
        raise UsageError(
            f"the context {found.name} starts the program {command!r} to log in", f"--exec-plugin {command}, if you trust it"
        )
    info = {"apiVersion": plugin.text("apiVersion"), "kind": "ExecCredential", "spec": {"interactive": False}}
    given = {entry.text("name"): entry.text("value") for entry in plugin.maps("env")}
    variables = {**environ, **given, "KUBERNETES_EXEC_INFO": msgspec.json.encode(info).decode()}
    try:
        finished = start([command, *plugin.texts("args")], environ=variables, timeout_s=_PLUGIN_TIMEOUT_S)
        answer = msgspec.json.decode(finished.stdout) if finished.code == 0 else None
    except OSError as error:
        raise InputError(f"{command} cannot be started: {error.strerror or error}", "check the kubeconfig") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        answer = None
    status = answer.get("status") if isinstance(answer, dict) else None
    if not isinstance(status, dict):
        raise InputError(f"{command} gave no credential (code {finished.code})", "start it by hand: it may need a login")
    return replace(
        found,
        token=_text(status.get("token")),
        certificate=_text(status.get("clientCertificateData")).encode(),
        key=_text(status.get("clientKeyData")).encode(),
    )


def _paths(file: Path | None, environ: Mapping[str, str]) -> list[Path]:
    if file is not None:
        return [file]
    listed = [Path(part) for part in environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return listed or [Path(environ.get("HOME", "")) / ".kube" / "config"]


def _document(path: Path) -> yaml_document.Mapping:
    try:
        found = yaml_document.read(_bytes(path).decode())
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a kubeconfig: {error}", "kubectl config view") from None
    return next((each for each in found if isinstance(each, yaml_document.Mapping)), yaml_document.NO_MAPPING)


def _entry(
    documents: list[tuple[Path, yaml_document.Mapping]], key: str, name: str, kind: str
) -> tuple[Path, yaml_document.Mapping]:
    for path, document in documents:
        for entry in document.maps(key):
            if entry.text("name") == name:
                return path, entry.map(kind)
    known = [entry.text("name") for _, document in documents for entry in document.maps(key)]
    raise UsageError(f"the kubeconfig has no {kind} {name!r}", f"there are {', '.join(known[:20])}" if known else "")


def _data(entry: yaml_document.Mapping, key: str, place: Path) -> bytes:
    """PEM data, from the file itself or from a file beside it."""
    if text := entry.text(f"{key}-data"):
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise InputError(f"{place}: {key}-data is not base64", "kubectl config view --raw") from None
    return _bytes(place.parent / entry.text(key)) if entry.text(key) else b""


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "check the kubeconfig") from None
    if len(data) > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES >> 20} MiB", "check the kubeconfig")
    return data


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
