"""Reads the AdmissionReview of an API server, finds the images in its object, and makes the answer.

Images are in a pod, or in the pod template of a controller: in init, ordinary and ephemeral containers, and in volumes.
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from careen.output.escape import visible

from ..answers import Failure

if TYPE_CHECKING:
    from .decide import Answer

VERSION = "admission.k8s.io/v1"
MAX_IMAGES = 1000
MAX_WARNINGS = 20
MAX_WARNING = 200  # an API server truncates messages after 256 bytes
_SPECS = (("spec",), ("template", "spec"), ("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec"))
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
_CHANGES = ("CREATE", "UPDATE")


class AdmissionRequest(Struct, frozen=True, rename="camel"):
    uid: str
    operation: str
    namespace: str = ""
    object: Any = None
    old_object: Any = None
    dry_run: bool | None = None


class AdmissionReview(Struct, frozen=True, rename="camel"):
    api_version: str
    kind: str
    request: AdmissionRequest | None = None


class Named(Struct, frozen=True):
    """An image, and the JSON pointer to its name in the object."""

    pointer: str
    image: str


class Asked(Struct, frozen=True):
    """The request. ``images`` are those that it adds; images that the object had before are left out, because they run
    already.
    """

    uid: str
    namespace: str
    images: tuple[Named, ...]
    dry_run: bool = False


def asked_of(review: AdmissionReview) -> Asked:
    """The request in a review. Raises Failure if it is malformed."""
    request = review.request
    if review.api_version != VERSION or review.kind != "AdmissionReview" or request is None:
        raise Failure(400, f"send an AdmissionReview of {VERSION} with a request")
    if request.operation not in _CHANGES:
        return Asked(request.uid, request.namespace, ())
    before = {named.image for named in images_in(request.old_object)}
    found = tuple(named for named in images_in(request.object) if named.image not in before)
    return Asked(request.uid, request.namespace, found, bool(request.dry_run))


def images_in(object: Any) -> list[Named]:
    """The images that the object names. Raises Failure if there are too many."""
    found = [named for path in _SPECS for named in _of_spec(_at(object, path), "/" + "/".join(path))]
    if len(found) > MAX_IMAGES:
        raise Failure(400, f"the object names more than {MAX_IMAGES} images")
    return found


def response_of(asked: Asked, answer: "Answer") -> bytes:
    shown = [visible(warning, MAX_WARNING) for warning in answer.warnings[:MAX_WARNINGS]]
    if more := len(answer.warnings) - len(shown):
        shown.append(f"and {more} more")
    patch = {"patchType": "JSONPatch", "patch": b64encode(msgspec.json.encode(answer.patch)).decode()} if answer.patch else {}
    refused = {"code": 403, "reason": "Forbidden", "message": visible(answer.message)}
    response = {
        "uid": asked.uid,
        "allowed": answer.allowed,
        **({} if answer.allowed else {"status": refused}),
        **({"warnings": shown} if shown else {}),
        **({"auditAnnotations": {"verdict": answer.verdict}} if answer.verdict else {}),
        **patch,
    }
    return msgspec.json.encode({"apiVersion": VERSION, "kind": "AdmissionReview", "response": response})


def _of_spec(spec: Any, pointer: str) -> Iterator[Named]:
    for name in _CONTAINERS:
        for index, container in _entries(spec, name):
            if isinstance(image := container.get("image"), str) and image:
                yield Named(f"{pointer}/{name}/{index}/image", image)
    for index, volume in _entries(spec, "volumes"):
        if isinstance(image := _at(volume, ("image", "reference")), str) and image:
            yield Named(f"{pointer}/volumes/{index}/image/reference", image)


def _entries(spec: Any, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    listed = spec.get(name) if isinstance(spec, dict) else None
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
