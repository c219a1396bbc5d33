"""The images that run in a cluster: of each container of each pod, the digest that the node has pulled.

**Source:** Kubernetes API reference, PodStatus: ``containerStatuses[].imageID``; labels of ReplicaSets and Jobs.
"""

import re
from collections.abc import Iterator
from typing import Any

from careen.safety.digest import is_digest

from ..model.running import RunningImage
from .client import Client

_STATUSES = (
    ("containers", "containerStatuses"),
    ("initContainers", "initContainerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
)
_SCHEDULED = re.compile(r"-\d{8,10}$")  # the end of a Job's name: the minute for which a CronJob created it


def running_images(client: Client, namespaces: tuple[str, ...] = ()) -> tuple[RunningImage, ...]:
    """The running images, each once, sorted. Raises DeniedError if the user may not list pods."""
    found: set[RunningImage] = set()
    for namespace in namespaces or ("",):
        path = f"/api/v1/namespaces/{namespace}/pods" if namespace else "/api/v1/pods"
        for pod in client.list(path).items:
            found.update(images_of(pod))
    return tuple(sorted(found))


def images_of(pod: dict[str, Any]) -> Iterator[RunningImage]:
    metadata, spec, status = (_mapping(pod.get(key)) for key in ("metadata", "spec", "status"))
    if status.get("phase") in ("Succeeded", "Failed"):
        return
    namespace, workload = str(metadata.get("namespace", "")), workload_of(metadata)
    for listed, of_status in _STATUSES:
        states = {str(each.get("name")): each for each in _mappings(status.get(of_status))}
        for container in _mappings(spec.get(listed)):
            state = states.get(str(container.get("name")), {})
            reference, digest = str(container.get("image", "")), digest_of(str(state.get("imageID", "")))
            if (
                listed == "initContainers"
                and container.get("restartPolicy") != "Always"
                and "terminated" in _mapping(state.get("state"))
            ):
                continue  # it has ended
            privileged = _mapping(container.get("securityContext")).get("privileged") is True
            if reference or digest:
                yield RunningImage(namespace, workload, reference, digest, privileged)


def workload_of(metadata: dict[str, Any]) -> str:
    """KIND/NAME of the object that a person wrote: the Deployment of a ReplicaSet, the CronJob of a Job that it made."""
    owner = next((each for each in _mappings(metadata.get("ownerReferences")) if each.get("controller") is True), None)
    if owner is None:
        return f"Pod/{metadata.get('name', '')}"
    kind, name = str(owner.get("kind", "")), str(owner.get("name", ""))
    hash = _mapping(metadata.get("labels")).get("pod-template-hash")
    if kind == "ReplicaSet" and isinstance(hash, str) and name.endswith(f"-{hash}"):
        return f"Deployment/{name.removesuffix(f'-{hash}')}"
    if kind == "Job" and _SCHEDULED.search(name):
        return f"CronJob/{_SCHEDULED.sub('', name)}"
    return f"{kind}/{name}"


def digest_of(image_id: str) -> str:
    """The digest of ``docker-pullable://NAME@sha256:…`` or ``NAME@sha256:…``; "" for an ID alone, which is not the
    digest of a manifest."""
    _, at, digest = image_id.rpartition("@")
    return digest if at and is_digest(digest) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
