"""The reference pages of checks, made from the checks themselves and from the map of other tools' names."""

import json
from importlib import import_module

from tests.conftest import ROOT

import careen.checks
from careen.plugins import Check, load

NOTE = "<!-- Made by `make golden` from the code; tests/docs/test_reference.py fails where they differ. -->\n\n"

KUBERNETES = """\
Manifests in YAML or JSON with any number of documents; lists are unwrapped. Pods are found in every kind of workload, in
Argo Rollouts, Knative services, OpenShift's DeploymentConfigs, and in custom resources by their shape. All manifests of a
tree are judged together, so that a Service finds its pods and a binding its role.

The Pod Security Standards are those of v1.35. Each control has a check; K8S-031 (off by default) tells the level that a
workload meets and what keeps it from the next one. Roles and bindings that a cluster comes with (`system:…`, `admin`,
`cluster-admin`, `edit`, `view`) are not judged. Control planes are read from their static pods, kubelets from
`KubeletConfiguration` or from the reports of node collectors (kind `NodeInfo`).

Checks that are off by default are matters of taste, or need all manifests of a cluster to be right.
"""

COMPOSE = """\
Compose files with anchors, merge keys, `extends`, `include`, several files one over the other (`compose.override.yaml`),
short and long syntaxes, and variables with their defaults. What is to be included or extended from elsewhere, another
host above all, is never opened: CMP-062 tells of it. A variable without value and default stays as it is written. Services
of every profile are judged.
"""

IMAGE = """\
What an image says of itself (user, environment, ports, volumes) and the files of note in its squashed root file system: by
mode, owner, name. `careen scan` runs these checks in the pass that finds packages; `--scanners vuln,secret` leaves them
out. Files that came with a package of the distribution are its own affair: a set-user-ID `su` of Debian is no finding, one
of no package is.

Secrets in the environment, labels, history and files are findings of kind `secret` ([rules](secrets.md)). Whether a
distribution has advisories at all is told by the coverage.

Checks that are off by default are true of nearly every image.
"""

# name of the page: title, introduction, folders of careen.checks.
PAGES = {
    "checks-kubernetes": ("Checks of Kubernetes", KUBERNETES, ("kubernetes", "rbac", "network")),
    "checks-compose": ("Checks of Compose", COMPOSE, ("compose",)),
    "checks-image": ("Checks of images", IMAGE, ("image",)),
}


def pages() -> dict[str, str]:
    peers = _peers()
    return {name: _page(*page, peers) for name, page in PAGES.items()}


def _page(title: str, text: str, folders: tuple[str, ...], peers: dict[str, list[str]]) -> str:
    checks = [check for folder in folders for check in load(f"{careen.checks.__name__}.{folder}", "CHECK", Check)]
    checks.sort(key=lambda check: (folders.index(_folder(check, folders)), check.id))
    out = f"# {title}\n\n{NOTE}{text}\n"
    out += "| id | fault | severity | by default |\n| --- | --- | --- | --- |\n"
    for check in checks:
        out += (
            f"| [{check.id}](#{check.id.lower()}) | {check.title} | {check.severity} | {'on' if check.default else 'off'} |\n"
        )
    for folder in folders:
        doc = import_module(f"{careen.checks.__name__}.{folder}").__doc__ or ""
        out += f"\n## {doc.partition(':')[0]}\n"
        for check in checks:
            if _folder(check, folders) == folder:
                out += _section(check, peers)
    return out


def _section(check: Check, peers: dict[str, list[str]]) -> str:
    severity = check.severity if check.default else f"{check.severity}, off by default"
    out = f"\n### {check.id}\n\n**{check.title}** ({severity}). {check.why}\n\n"
    out += f"{check.fix}\n\nReferences: {', '.join(check.references)}."
    if check.id in peers:
        out += f" Like {', '.join(peers[check.id])}."
    return out + f"\n\n```yaml\n{check.bad[0].rstrip()}\n```\n"


def _folder(check: Check, folders: tuple[str, ...]) -> str:
    return next(folder for folder in folders if check.inspect.__module__.startswith(f"{careen.checks.__name__}.{folder}."))


def _peers() -> dict[str, list[str]]:
    """Our id -> what other tools call the same fault."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests/acceptance").glob("misconfig*_map.json")):
        for peer, ids in json.loads(path.read_text("utf-8")).items():
            for id in ids:
                found.setdefault(id, []).append(peer.replace(":", " ", 1))
    return {id: sorted(names) for id, names in found.items()}
