"""Verbs on resources that a role should not have."""

from collections.abc import Collection, Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

_GOOD_PRACTICES = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"


def _grants(
    resources: Collection[str], verbs: Collection[str], manifests: Manifests, wildcard: bool = False
) -> Iterator[Place]:
    for granted in rbac.granting(manifests, resources, verbs, wildcard):
        yield at(granted.rule, granted.said, "resources")


CHECKS = (
    Check(
        id="RBC-004",
        title="A role gives access to Secrets",
        severity="high",
        why=(
            "Secrets hold the credentials of workloads and, with them, the rights of other service accounts; list "
            "and watch give their content as get does."
        ),
        fix="Mount the Secret into the pod that needs it; else name it in resourceNames.",
        references=("CIS Kubernetes 5.1.2", "CWE-522", _GOOD_PRACTICES),
        inspect=partial(_grants, ("secrets",), rbac.ANY),
    ),
    Check(
        id="RBC-005",
        title="A role may make or change workloads",
        severity="high",
        why=(
            "Who makes a pod mounts any Secret of the namespace, takes any service account and, if admission allows "
            "it, the node."
        ),
        fix="Give the right to deployers alone; enforce the restricted Pod Security Standard in the namespace.",
        references=("CIS Kubernetes 5.1.4", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, rbac.WORKLOADS, (*rbac.WRITE, "impersonate")),
    ),
    Check(
        id="RBC-006",
        title="A role may run commands in pods",
        severity="high",
        why="Whoever has it has the rights, files and credentials of every pod it reaches.",
        fix="Keep it to people who debug, for as long as they do; name pods in resourceNames.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/exec",), ("create", "get"), wildcard=True),
    ),
    Check(
        id="RBC-007",
        title="A role may escalate its own privileges",
        severity="critical",
        why="escalate writes rights into a role that its holder does not have, bind gives any role to anyone.",
        fix="Remove the verb, or name the roles it is for in resourceNames.",
        references=("CIS Kubernetes 5.1.8", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(
            _grants, ("roles", "clusterroles", "rolebindings", "clusterrolebindings"), ("escalate", "bind", "impersonate")
        ),
    ),
    Check(
        id="RBC-008",
        title="A role may make or change bindings",
        severity="high",
        why="Rights are handed on: who may bind adds subjects to what they have, and with bind to everything.",
        fix="Give the right to administrators of rights alone.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("rolebindings", "clusterrolebindings"), ("create", "update", "patch")),
    ),
    Check(
        id="RBC-009",
        title="A role may reach kubelets through the API server (nodes/proxy)",
        severity="high",
        why="The kubelet runs commands in every pod of its node, past audit and admission.",
        fix="Use nodes/metrics, nodes/stats or nodes/log instead.",
        references=("CIS Kubernetes 5.1.10", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("nodes/proxy",), ("get", "create")),
    ),
    Check(
        id="RBC-012",
        title="A role may delete the logs of pods",
        severity="medium",
        why="An intruder removes the traces of what was done.",
        fix="Take delete from the verbs.",
        references=("CWE-778", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/log",), ("delete", "deletecollection")),
    ),
    Check(
        id="RBC-018",
        title="A role may attach to pods",
        severity="high",
        why="Whoever has it types into what runs there and reads what it writes.",
        fix="Keep it to people who debug, for as long as they do.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/attach",), ("create", "get"), wildcard=True),
    ),
    Check(
        id="RBC-028",
        title="A role may impersonate users, groups or service accounts",
        severity="critical",
        why="Whoever may impersonate groups is system:masters with one header.",
        fix="Remove impersonate, or name whom in resourceNames.",
        references=("CIS Kubernetes 5.1.8", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("users", "groups", "serviceaccounts", "uids"), ("impersonate",)),
    ),
    Check(
        id="RBC-029",
        title="A role may change admission webhooks",
        severity="high",
        why=(
            "A webhook reads and changes every object on its way into the cluster, Secrets included, or lets everything pass."
        ),
        fix="Give the right to those who run admission alone.",
        references=("CIS Kubernetes 5.1.12", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(
            _grants, ("mutatingwebhookconfigurations", "validatingwebhookconfigurations"), (*rbac.WRITE, "impersonate")
        ),
    ),
    Check(
        id="RBC-030",
        title="A role may approve certificates",
        severity="high",
        why="Who approves requests gives itself the certificate of any user or node.",
        fix="Give the right to the controller that signs alone.",
        references=("CIS Kubernetes 5.1.11", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("certificatesigningrequests/approval",), ("update", "patch")),
    ),
    Check(
        id="RBC-031",
        title="A role may make tokens of service accounts",
        severity="high",
        why="The holder acts as any service account it reaches.",
        fix="Name the service accounts in resourceNames.",
        references=("CIS Kubernetes 5.1.13", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("serviceaccounts/token",), ("create",)),
    ),
    Check(
        id="RBC-032",
        title="A role may make persistent volumes",
        severity="high",
        why="A volume may be a path of a node: its claimant reads and writes the node past admission of pods.",
        fix="Let storage classes make volumes.",
        references=("CIS Kubernetes 5.1.9", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("persistentvolumes",), ("create",)),
    ),
    Check(
        id="RBC-033",
        title="A role may forward ports of pods",
        severity="medium",
        why="What listens for the pod alone, databases and consoles, is opened to the holder past network policies.",
        fix="Keep it to people who debug.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/portforward",), ("create", "get")),
    ),
    Check(
        id="RBC-034",
        title="A role may add containers to running pods",
        severity="high",
        why="The added container sees processes, files and credentials of the pod.",
        fix="Keep it to people who debug.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/ephemeralcontainers",), ("update", "patch")),
    ),
    Check(
        id="RBC-035",
        title="A role may change nodes",
        severity="medium",
        why="With labels and taints it draws workloads, and their Secrets, onto a node of its choice.",
        fix="Give the right to what runs nodes alone.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("nodes", "nodes/status"), ("create", "update", "patch", "delete")),
    ),
    Check(
        id="RBC-036",
        title="A role may delete events",
        severity="medium",
        why="An intruder removes the traces of what was done.",
        fix="Take delete from the verbs.",
        references=("CWE-778", _GOOD_PRACTICES),
        inspect=partial(_grants, ("events",), ("delete", "deletecollection")),
    ),
    Check(
        id="RBC-037",
        title="A role may change ConfigMaps",
        severity="medium",
        why="Configuration decides what programs run and trust; some ConfigMaps run the cluster.",
        fix="Name the ConfigMaps in resourceNames.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("configmaps",), (*rbac.WRITE, "impersonate")),
    ),
    Check(
        id="RBC-038",
        title="A role may change Services, Ingresses or network policies",
        severity="medium",
        why="Traffic can be taken, sent elsewhere, or let past its policies.",
        fix="Give the right to those who run the network alone.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(
            _grants, ("services", "endpoints", "endpointslices", "networkpolicies", "ingresses"), (*rbac.WRITE, "impersonate")
        ),
    ),
    Check(
        id="RBC-040",
        title="A role may delete pods or nodes together",
        severity="low",
        why="One request is an outage.",
        fix="Take deletecollection from the verbs.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods", "nodes"), ("deletecollection",)),
    ),
    Check(
        id="RBC-041",
        title="A role may change namespaces",
        severity="medium",
        why=(
            "The labels of a namespace decide which Pod Security Standard is enforced there and what "
            "its network policies match."
        ),
        fix="Give the right to administrators alone.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("namespaces",), ("update", "patch")),
    ),
)
