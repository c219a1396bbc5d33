"""Settings that are not a misconfiguration in themselves, but worth a review: data that pods read, schedules,
admission webhooks."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests, Pod
from careen.plugins import Check, Place

_ENVIRONMENT = {"secret": ("secretKeyRef", "secretRef"), "configMap": ("configMapKeyRef", "configMapRef")}


def _reads(kind: str, noun: str, manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        claims = kind == "persistentVolumeClaim" and bool(pod.resource.spec.maps("volumeClaimTemplates"))
        if claims or any(kind in volume for volume in _volumes(pod)):
            yield at(pod, f"reads a {noun} as a volume", "volumes")
        for container in pod.containers:
            sources = [*(variable.map("valueFrom") for variable in container.node.maps("env")), *container.node.maps("envFrom")]
            if any(key in source for source in sources for key in _ENVIRONMENT.get(kind, ())):
                yield at(container, f"reads a {noun} as variables", "env" if "env" in container.node else "envFrom")


def _volumes(pod: Pod) -> Iterator[Mapping]:
    for volume in pod.volumes:
        yield volume
        yield from volume.map("projected").maps("sources")


def _is(kind: str, message: str, manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of(kind):
        yield at(resource, message)


CHECKS = (
    Check(
        id="K8S-309",
        title="Pod reads a Secret",
        severity="negligible",
        why="An attacker who breaks into the pod has the credentials in it.",
        fix="Mount only the keys that are needed, and watch the pod as closely as what the credentials open.",
        references=("CWE-522",),
        inspect=partial(_reads, "secret", "Secret"),
        default=False,
    ),
    Check(
        id="K8S-310",
        title="Pod reads a ConfigMap",
        severity="negligible",
        why="An attacker who breaks into the pod learns the configuration, often with names and addresses of other systems.",
        fix="Mount only the keys that are needed.",
        references=("CWE-200",),
        inspect=partial(_reads, "configMap", "ConfigMap"),
        default=False,
    ),
    Check(
        id="K8S-311",
        title="Pod uses a persistent volume",
        severity="negligible",
        why="An attacker who breaks into the pod reads and changes data that outlive it.",
        fix="Mount the volume read-only where that is enough.",
        references=("CWE-668",),
        inspect=partial(_reads, "persistentVolumeClaim", "persistent volume"),
        default=False,
    ),
    Check(
        id="K8S-312",
        title="CronJob runs on a schedule",
        severity="negligible",
        why="Attackers use schedules to come back after their pods are deleted.",
        fix="Check who may create CronJobs, and that this one is yours.",
        references=("CWE-1125",),
        inspect=partial(_is, "CronJob", "starts pods on a schedule"),
        default=False,
    ),
    Check(
        id="K8S-313",
        title="Validating webhook sees objects of the API",
        severity="negligible",
        why="The webhook receives the objects of its rules with their content, and can block all changes of them.",
        fix="Check who runs the webhook, and narrow its rules and namespaceSelector.",
        references=("CWE-668",),
        inspect=partial(_is, "ValidatingWebhookConfiguration", "receives objects of the API"),
        default=False,
    ),
    Check(
        id="K8S-314",
        title="Mutating webhook changes objects of the API",
        severity="negligible",
        why="The webhook can change the objects of its rules, for example add a container to every pod.",
        fix="Check who runs the webhook, and narrow its rules and namespaceSelector.",
        references=("CWE-668",),
        inspect=partial(_is, "MutatingWebhookConfiguration", "changes objects of the API"),
        default=False,
    ),
)
