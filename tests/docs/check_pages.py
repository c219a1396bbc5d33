"""The reference pages of checks, made from the checks, their first failing example, and the map of other tools' names."""

import json
from importlib import import_module

from tests.docs.rules_of_others import MAPS, OF_DOCKERFILES, rule_map
from tests.support.examples import examples_of

from careen.checks.kinds import KINDS
from careen.plugins import Check, load

NOTE = "<!-- Made by `make golden` from the code; tests/docs/test_reference.py fails if they differ. -->\n\n"

KUBERNETES = """\
Manifests in YAML or JSON with any number of documents; lists are unwrapped. Pods are found in every kind of workload, in
Argo Rollouts, Knative services, OpenShift's DeploymentConfigs, and in custom resources by their shape. All manifests of a
folder are checked together, so that a Service finds its pods and a binding its role.

The Pod Security Standards are those of v1.35. Each control has a check; K8S-031 (off by default) reports the level that a
workload meets and what blocks the next one. Built-in roles and bindings (`system:…`, `admin`,
`cluster-admin`, `edit`, `view`) are not checked. Control planes are read from their static pods: a component is known by its
command or, if only arguments are given, by its image or the labels of its pod; etcd takes settings from `ETCD_…` variables too.
Kubelets are read from `KubeletConfiguration`, from their flags in a container, or from the reports of node collectors (kind
`NodeInfo`).

Checks that are off by default depend on local conventions, are right only with all manifests of a cluster, or list what a
review should look at. [Rules of other tools](other-tools.md) lists them by the rules of Checkov and kubescape.
"""

COMPOSE = """\
These checks also run on other files that start containers: shell scripts, Makefiles and systemd units with
`docker run` and the like, Quadlets, dev containers, pipelines, running containers ([checking](../checking.md)).

Supported are anchors, merge keys, `extends`, `include`, override files (`compose.override.yaml`), short and long syntaxes,
and variables with their defaults. Files that are included or extended from elsewhere, for example from another host, are
never opened: CMP-062 reports them. A variable without value or default stays as written. Services
of every profile are checked.
"""

TERRAFORM = """\
Configurations of Terraform and OpenTofu (`*.tf`, `*.tofu`, `*.tf.json`), and plans in JSON (`terraform show -json`).
Variables, locals, references, conditions, `count`, `for_each`, dynamic blocks, functions and local modules are
evaluated ([checking](../checking.md#terraform)). A value that only a run of Terraform gives makes a check neither pass
nor fail: the report counts what was not assessed.

Resources of the Kubernetes provider are checked by the [checks of Kubernetes](checks-kubernetes.md), containers of the
Docker provider by the [checks of Compose](checks-compose.md). The checks of this page are about registries, clusters,
networks, storage and identities that containers run on. [Rules of other tools](other-tools.md) lists them by the rules
of Checkov and Trivy.
"""

IMAGE = """\
The image's configuration (user, environment, ports, volumes), and security-relevant files in its squashed root file system,
by mode, owner and name. `careen scan` runs these checks in the pass that finds packages; `--scanners vuln,secret` leaves them
out. Files of a package of the distribution are not reported: the setuid `su` of Debian is not a finding, a
setuid file without package is.

Secrets in the environment, labels, history and files are findings of kind `secret` ([rules](secrets.md)). The coverage
reports whether a distribution has advisories at all. IMG-028 checks the signatures in the registry, and runs only
with `--referrers` ([signatures](../signatures.md)).

Checks that are off by default would report nearly every image.
"""

DOCKERFILE = """\
Dockerfiles are parsed as the builder parses them: continued lines with comments, escapes, here-documents, parser
directives, JSON arrays, stages, and variables with all their modifiers. A RUN is parsed as shell, and the arguments of a
package manager as that program parses them. A finding has the lines of its command or word. Fragments without FROM are
checked too. Checks of size ignore stages that the image does not keep.

A comment suppresses a finding, and the reason is kept: `# careen:ignore DKR-006 the script checks it` above or within an
instruction, `# careen:ignore-file DKR-021 …` for the file. `# hadolint ignore=…` and `# check=skip=…` count too.

The package behind a URL (DKR-004) is read from the file name, if that follows the rule of its format; an alias such as
`mysql-community-release-el7.rpm` is never split.

Some checks need the settings: `allowed_registries` (DKR-003). Checks that are off by default depend on local conventions.
"""

RUNNING = """\
Containers that Docker or Podman runs (`careen check --running`). The [checks of Compose](checks-compose.md) run on them as
on services; the checks of this page compare them with their images. Settings that a container inherits from its image are
not reported. Credentials are redacted when they are read.
"""

# Kind of document -> title and introduction of the page of its checks.
PAGES = {
    "kubernetes": ("Checks of Kubernetes", KUBERNETES),
    "compose": ("Checks of Compose", COMPOSE),
    "dockerfile": ("Checks of Dockerfiles", DOCKERFILE),
    "terraform": ("Checks of Terraform", TERRAFORM),
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
    language = {"DKR": "dockerfile", "RTM": "json", "TFM": "hcl"}.get(check.id[:3], "yaml")
    return out + f"\n\n```{language}\n{example.rstrip()}\n```\n"


def _rules_of_others() -> str:
    """Our checks by the rules of other tools for Dockerfiles, from the references of the checks."""
    found: dict[tuple[str, str], list[str]] = {}
    for check in load("careen.checks.dockerfile", "CHECK", Check):
        for reference in check.references:
            tool, _, rule = reference.partition(" ")
            if tool in OF_DOCKERFILES:
                found.setdefault((tool, rule), []).append(check.id)
    out = "\n## Rules of other tools\n\n| tool | rule | check |\n| --- | --- | --- |\n"
    for (tool, rule), ids in sorted(found.items()):
        out += f"| {tool} | {rule} | {', '.join(f'[{id}](#{id.lower()})' for id in sorted(ids))} |\n"
    return out


def _peers() -> dict[str, list[str]]:
    """The rules of other tools for the same misconfiguration, by our id."""
    found: dict[str, list[str]] = {}
    for path in MAPS:
        for peer, ids in json.loads(path.read_text("utf-8")).items():
            for id in ids:
                found.setdefault(id, []).append(peer.replace(":", " ", 1))
    for tool, by_id in rule_map().tools.items():
        for id, check in ((id, check) for id, rule in by_id.items() for check in rule.checks):
            found.setdefault(check, []).append(f"{tool} {id}")
    return {id: sorted(names) for id, names in found.items()}
