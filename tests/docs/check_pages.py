"""The reference pages of checks, made from the checks, their first failing example, and the map of other tools' names."""

import json
from importlib import import_module

from tests.conftest import ROOT
from tests.support.examples import examples_of

from careen.checks.kinds import KINDS
from careen.plugins import Check, load

NOTE = "<!-- Made by `make golden` from the code; tests/docs/test_reference.py fails where they differ. -->\n\n"

KUBERNETES = """\
Manifests in YAML or JSON with any number of documents; lists are unwrapped. Pods are found in every kind of workload, in
Argo Rollouts, Knative services, OpenShift's DeploymentConfigs, and in custom resources by their shape. All manifests of a
tree are checked together, so that a Service finds its pods and a binding its role.

The Pod Security Standards are those of v1.35. Each control has a check; K8S-031 (off by default) reports the level that a
workload meets and what keeps it from the next one. Roles and bindings that a cluster comes with (`system:…`, `admin`,
`cluster-admin`, `edit`, `view`) are not checked. Control planes are read from their static pods, kubelets from
`KubeletConfiguration` or from the reports of node collectors (kind `NodeInfo`).

Checks that are off by default are matters of taste, or need all manifests of a cluster to be right.
"""

COMPOSE = """\
These checks also run on what starts containers without a Compose file: shell scripts, Makefiles and systemd units with
`docker run` and its like, Quadlets, dev containers, running containers ([checking](../checking.md)).

Compose files with anchors, merge keys, `extends`, `include`, several files one over the other (`compose.override.yaml`),
short and long syntaxes, and variables with their defaults. What is to be included or extended from elsewhere, another
host above all, is never opened: CMP-062 reports it. A variable without value and default stays as it is written. Services
of every profile are checked.
"""

IMAGE = """\
What an image says of itself (user, environment, ports, volumes) and the files of note in its squashed root file system: by
mode, owner, name. `careen scan` runs these checks in the pass that finds packages; `--scanners vuln,secret` leaves them
out. Files of a package of the distribution are not reported: a set-user-ID `su` of Debian is no finding, one
that belongs to no package is.

Secrets in the environment, labels, history and files are findings of kind `secret` ([rules](secrets.md)). The coverage
reports whether a distribution has advisories at all. IMG-028 checks what the registry has beside the image, and runs
with `--referrers` alone ([signatures](../signatures.md)).

Checks that are off by default are true of nearly every image.
"""

DOCKERFILE = """\
Dockerfiles are read as the builder reads them: continuations, comments within them, escapes, here-documents, parser
directives, JSON arrays, stages, and variables with all their modifiers; a RUN is read as shell, so that the arguments of a
package manager are parsed, not searched for. A finding has the lines of the command, or of the word, that it is about.
Fragments without FROM are checked too. The size of a stage that no image keeps is not reported.

A comment suppresses a finding, and the reason is kept: `# careen:ignore DKR-006 the script checks it` above or within an
instruction, `# careen:ignore-file DKR-021 …` for the file. `# hadolint ignore=…` and `# check=skip=…` count too.

What an address installs (DKR-004) is read from the name of its file, if that follows the rule of its format; an alias
such as `mysql-community-release-el7.rpm` is never split.

Some checks need the settings: `allowed_registries` (DKR-003). Checks that are off by default are matters of taste.
"""

RUNNING = """\
Containers that Docker or Podman runs (`careen check --running`). The [checks of Compose](checks-compose.md) run
on them as on services, and so do these, which compare them with their images. What a container has from its image is not
reported. Values that are credentials are redacted as they are read.
"""

# Kind of document -> title and introduction of the page of its checks.
PAGES = {
    "kubernetes": ("Checks of Kubernetes", KUBERNETES),
    "compose": ("Checks of Compose", COMPOSE),
    "dockerfile": ("Checks of Dockerfiles", DOCKERFILE),
    "running": ("Checks of running containers", RUNNING),
    "image": ("Checks of images", IMAGE),
}


def pages() -> dict[str, str]:
    peers = _peers()
    made = {f"checks-{kind.name}": _page(*PAGES[kind.name], kind.folders, peers) for kind in KINDS if kind.view is not None}
    return made | {"checks-dockerfile": made["checks-dockerfile"] + _rules_of_others()}


def _page(title: str, text: str, folders: tuple[str, ...], peers: dict[str, list[str]]) -> str:
    checks = {folder: sorted(load(f"careen.checks.{folder}", "CHECK", Check), key=lambda check: check.id) for folder in folders}
    out = f"# {title}\n\n{NOTE}{text}\n"
    out += "| id | misconfiguration | severity | by default |\n| --- | --- | --- | --- |\n"
    for check in (check for folder in folders for check in checks[folder]):
        out += (
            f"| [{check.id}](#{check.id.lower()}) | {check.title} | {check.severity} | {'on' if check.default else 'off'} |\n"
        )
    for folder in folders:
        doc = import_module(f"careen.checks.{folder}").__doc__ or ""
        out += f"\n## {doc.partition(':')[0]}\n"
        for check in checks[folder]:
            out += _section(check, examples_of(folder, check).failing[0], peers)
    return out


def _section(check: Check, example: str, peers: dict[str, list[str]]) -> str:
    severity = check.severity if check.default else f"{check.severity}, off by default"
    out = f"\n### {check.id}\n\n**{check.title}** ({severity}). {check.why}\n\n"
    out += f"{check.fix}\n\nReferences: {', '.join(check.references)}."
    if check.id in peers and not check.id.startswith("DKR-"):  # which name them among their references
        out += f" Like {', '.join(peers[check.id])}."
    language = {"DKR": "dockerfile", "RTM": "json"}.get(check.id[:3], "yaml")
    return out + f"\n\n```{language}\n{example.rstrip()}\n```\n"


def _rules_of_others() -> str:
    """Our checks by the rules of other tools for Dockerfiles, from the references of the checks."""
    found: dict[tuple[str, str], list[str]] = {}
    for check in load("careen.checks.dockerfile", "CHECK", Check):
        for reference in check.references:
            tool, _, rule = reference.partition(" ")
            if tool in ("Hadolint", "BuildKit", "Trivy", "Checkov"):
                found.setdefault((tool, rule), []).append(check.id)
    out = "\n## Rules of other tools\n\n| tool | rule | check |\n| --- | --- | --- |\n"
    for (tool, rule), ids in sorted(found.items()):
        out += f"| {tool} | {rule} | {', '.join(f'[{id}](#{id.lower()})' for id in sorted(ids))} |\n"
    return out


def _peers() -> dict[str, list[str]]:
    """The rules of other tools for the same misconfiguration, by our id."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests/acceptance").glob("misconfig*_map.json")):
        for peer, ids in json.loads(path.read_text("utf-8")).items():
            for id in ids:
                found.setdefault(id, []).append(peer.replace(":", " ", 1))
    return {id: sorted(names) for id, names in found.items()}
