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
        yield at(granted.rule, granted.description, "resources")


CHECKS = (
    Check(
        id="RBC-004",
        title="Role can read Secrets",
        severity="high",
        why="Secrets contain credentials of workloads and service accounts; list and watch reveal their content as get does.",
        fix="Mount the Secret into the pod that needs it, or list it in resourceNames.",
        references=("CIS Kubernetes 5.1.2", "CWE-522", _GOOD_PRACTICES),
        inspect=partial(_grants, ("secrets",), rbac.ANY),
    ),
    Check(
        id="RBC-005",
        title="Role can create or change workloads",
        severity="high",
        why=(
            "Whoever creates a pod can mount any Secret of the namespace and use any service account, and may take over "
            "the node."
        ),
        fix="Grant the permission only to deployment tools, and enforce the restricted Pod Security Standard in the namespace.",
        references=("CIS Kubernetes 5.1.4", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, rbac.WORKLOADS, (*rbac.WRITE, "impersonate")),
    ),
    Check(
        id="RBC-006",
        title="Role can run commands in pods (pods/exec)",
        severity="high",
        why="The holder gets the permissions, files and credentials of every pod that it reaches.",
        fix="Grant the permission only while someone debugs; list pods in resourceNames.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/exec",), ("create", "get"), wildcard=True),
    ),
    Check(
        id="RBC-007",
        title="Role can escalate privileges (escalate, bind)",
        severity="critical",
        why="escalate adds permissions to a role that its holder does not have; bind grants any role to anyone.",
        fix="Remove the verb, or list the roles in resourceNames.",
        references=("CIS Kubernetes 5.1.8", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(
            _grants, ("roles", "clusterroles", "rolebindings", "clusterrolebindings"), ("escalate", "bind", "impersonate")
        ),
    ),
    Check(
        id="RBC-008",
        title="Role can create or change role bindings",
        severity="high",
        why="The holder can give its permissions to others, and with bind any permission.",
        fix="Grant the permission only to administrators of permissions.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("rolebindings", "clusterrolebindings"), ("create", "update", "patch")),
    ),
    Check(
        id="RBC-009",
        title="Role can access kubelets (nodes/proxy)",
        severity="high",
        why="The kubelet runs commands in every pod of its node, without audit log and admission control.",
        fix="Use nodes/metrics, nodes/stats or nodes/log instead.",
        references=("CIS Kubernetes 5.1.10", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("nodes/proxy",), ("get", "create")),
    ),
    Check(
        id="RBC-012",
        title="Role can delete pod logs",
        severity="medium",
        why="An attacker can delete the traces of an attack.",
        fix="Remove delete from verbs.",
        references=("CWE-778", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/log",), ("delete", "deletecollection")),
    ),
    Check(
        id="RBC-018",
        title="Role can attach to pods (pods/attach)",
        severity="high",
        why="The holder can send input to the running program and read its output.",
        fix="Grant the permission only while someone debugs.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/attach",), ("create", "get"), wildcard=True),
    ),
    Check(
        id="RBC-028",
        title="Role can impersonate users or groups",
        severity="critical",
        why="Anyone who can impersonate groups becomes system:masters with one HTTP header.",
        fix="Remove impersonate, or list the identities in resourceNames.",
        references=("CIS Kubernetes 5.1.8", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("users", "groups", "serviceaccounts", "uids"), ("impersonate",)),
    ),
    Check(
        id="RBC-029",
        title="Role can change admission webhooks",
        severity="high",
        why="A webhook can read and change every object that is created, including Secrets, or admit everything.",
        fix="Grant the permission only to administrators of admission control.",
        references=("CIS Kubernetes 5.1.12", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(
            _grants, ("mutatingwebhookconfigurations", "validatingwebhookconfigurations"), (*rbac.WRITE, "impersonate")
        ),
    ),
    Check(
        id="RBC-030",
        title="Role can approve certificate signing requests",
        severity="high",
        why="The holder can issue itself a certificate of any user or node.",
        fix="Grant the permission only to the signing controller.",
        references=("CIS Kubernetes 5.1.11", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("certificatesigningrequests/approval",), ("update", "patch")),
    ),
    Check(
        id="RBC-031",
        title="Role can create service account tokens",
        severity="high",
        why="The holder can act as any service account that it reaches.",
        fix="List the service accounts in resourceNames.",
        references=("CIS Kubernetes 5.1.13", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("serviceaccounts/token",), ("create",)),
    ),
    Check(
        id="RBC-032",
        title="Role can create persistent volumes",
        severity="high",
        why="A volume can be a path of a node: its user reads and writes files of the node, past pod admission.",
        fix="Let storage classes create volumes.",
        references=("CIS Kubernetes 5.1.9", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("persistentvolumes",), ("create",)),
    ),
    Check(
        id="RBC-033",
        title="Role can forward ports of pods (pods/portforward)",
        severity="medium",
        why="The holder reaches databases and consoles that listen only inside the pod, past network policies.",
        fix="Grant the permission only while someone debugs.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/portforward",), ("create", "get")),
    ),
    Check(
        id="RBC-034",
        title="Role can add ephemeral containers to pods",
        severity="high",
        why="The added container sees processes, files and credentials of the pod.",
        fix="Grant the permission only while someone debugs.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods/ephemeralcontainers",), ("update", "patch")),
    ),
    Check(
        id="RBC-035",
        title="Role can change nodes",
        severity="medium",
        why="With labels and taints an attacker moves workloads, and their Secrets, to a node of their choice.",
        fix="Grant the permission only to node controllers.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("nodes", "nodes/status"), ("create", "update", "patch", "delete")),
    ),
    Check(
        id="RBC-036",
        title="Role can delete events",
        severity="medium",
        why="An attacker can delete the traces of an attack.",
        fix="Remove delete from verbs.",
        references=("CWE-778", _GOOD_PRACTICES),
        inspect=partial(_grants, ("events",), ("delete", "deletecollection")),
    ),
    Check(
        id="RBC-037",
        title="Role can change ConfigMaps",
        severity="medium",
        why="Configuration decides what programs run and trust; some ConfigMaps configure the cluster.",
        fix="List the ConfigMaps in resourceNames.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("configmaps",), (*rbac.WRITE, "impersonate")),
    ),
    Check(
        id="RBC-038",
        title="Role can change Services, Ingresses or network policies",
        severity="medium",
        why="An attacker can intercept or redirect traffic, or bypass policies.",
        fix="Grant the permission only to network administrators.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(
            _grants, ("services", "endpoints", "endpointslices", "networkpolicies", "ingresses"), (*rbac.WRITE, "impersonate")
        ),
    ),
    Check(
        id="RBC-040",
        title="Role can delete all pods or nodes (deletecollection)",
        severity="low",
        why="One request causes an outage.",
        fix="Remove deletecollection from verbs.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("pods", "nodes"), ("deletecollection",)),
    ),
    Check(
        id="RBC-041",
        title="Role can change namespaces",
        severity="medium",
        why="Labels of a namespace decide which Pod Security Standard applies and which network policies match.",
        fix="Grant the permission only to administrators.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("namespaces",), ("update", "patch")),
    ),
    Check(
        id="RBC-042",
        title="Role can delete workloads, Services or Secrets",
        severity="medium",
        why="An attacker can cause an outage, or destroy data and credentials.",
        fix="Remove delete and deletecollection from verbs, or list the objects in resourceNames.",
        references=("CWE-269", _GOOD_PRACTICES),
        inspect=partial(_grants, ("secrets", "services", *rbac.WORKLOADS), ("delete", "deletecollection")),
        default=False,  # RBC-004, RBC-005 and RBC-038 report these verbs together with others
    ),
    Check(
        id="RBC-048",
        title="Role can change the status of Services",
        severity="medium",
        why="An address in status.loadBalancer makes nodes send traffic for that address to the Service (CVE-2020-8554).",
        fix="Grant the permission only to the controller of load balancers.",
        references=("CVE-2020-8554", "CWE-940", _GOOD_PRACTICES),
        inspect=partial(_grants, ("services/status",), ("update", "patch")),
    ),
)
