"""API version was removed from Kubernetes."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

REMOVED: dict[tuple[str, str], tuple[str, str]] = {
    ("extensions/v1beta1", "ingress"): ("1.22", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "networkpolicy"): ("1.16", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "podsecuritypolicy"): ("1.16", "Pod Security Admission"),
    ("extensions/v1beta1", ""): ("1.16", "apps/v1"),
    ("apps/v1beta1", ""): ("1.16", "apps/v1"),
    ("apps/v1beta2", ""): ("1.16", "apps/v1"),
    ("networking.k8s.io/v1beta1", ""): ("1.22", "networking.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1alpha1", ""): ("1.22", "rbac.authorization.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", ""): ("1.22", "rbac.authorization.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "mutatingwebhookconfiguration"): ("1.22", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "validatingwebhookconfiguration"): ("1.22", "admissionregistration.k8s.io/v1"),
    ("apiextensions.k8s.io/v1beta1", ""): ("1.22", "apiextensions.k8s.io/v1"),
    ("certificates.k8s.io/v1beta1", ""): ("1.22", "certificates.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", ""): ("1.22", "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "storageclass"): ("1.22", "storage.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "csistoragecapacity"): ("1.27", "storage.k8s.io/v1"),
    ("batch/v1beta1", "cronjob"): ("1.25", "batch/v1"),
    ("batch/v2alpha1", "cronjob"): ("1.21", "batch/v1"),
    ("discovery.k8s.io/v1beta1", "endpointslice"): ("1.25", "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", "event"): ("1.25", "events.k8s.io/v1"),
    ("policy/v1beta1", "poddisruptionbudget"): ("1.25", "policy/v1"),
    ("policy/v1beta1", "podsecuritypolicy"): ("1.25", "Pod Security Admission"),
    ("node.k8s.io/v1beta1", "runtimeclass"): ("1.25", "node.k8s.io/v1"),
    ("autoscaling/v2beta1", "horizontalpodautoscaler"): ("1.25", "autoscaling/v2"),
    ("autoscaling/v2beta2", "horizontalpodautoscaler"): ("1.26", "autoscaling/v2"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", ""): ("1.26", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", ""): ("1.29", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", ""): ("1.32", "flowcontrol.apiserver.k8s.io/v1"),
}


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.resources:
        version = resource.body.text("apiVersion")
        if found := REMOVED.get((version, resource.lower)) or REMOVED.get((version, "")):
            yield at(resource, f"is {version}, removed in {found[0]}; use {found[1]}", "apiVersion")


CHECK = Check(
    id="K8S-030",
    title="API version was removed from Kubernetes",
    severity="medium",
    why="Current clusters reject the resource; clusters that accept it get no security fixes.",
    fix="Migrate the resource to the version that the message names.",
    references=(
        "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
        "CWE-477",
    ),
    inspect=inspect,
)
