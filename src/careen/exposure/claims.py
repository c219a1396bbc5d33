"""Claims of volumes that are a path of a node.

A claim and a volume belong together if one of them names the other, or by their storage class if the volume names no claim.
**Source:** https://kubernetes.io/docs/concepts/storage/persistent-volumes/
"""

from careen.formats.kubernetes.manifest_files import Manifests, Pod, Resource
from careen.model.finding import Location

Claims = dict[tuple[str, str], tuple[str, Location]]  # path of the node and its place, by namespace and name of the claim


def claims_of(manifests: Manifests) -> Claims:
    by_name: dict[str, tuple[str, Location]] = {}
    by_class: dict[str, tuple[str, Location]] = {}
    found: Claims = {}
    for volume in manifests.of("PersistentVolume"):
        for kind in ("hostPath", "local"):
            if not (path := volume.spec.text(kind, "path")):
                continue
            held = (path.rstrip("/") or "/", Location(volume.path, volume.node.line_of("spec", kind, "path")))
            by_name[volume.name] = held
            if named := volume.spec.text("claimRef", "name"):
                found[volume.spec.text("claimRef", "namespace") or "default", named] = held
            elif name := volume.spec.text("storageClassName"):
                by_class.setdefault(name, held)
    for claim in manifests.of("PersistentVolumeClaim"):
        if held_by := by_name.get(claim.spec.text("volumeName")) or _of_class(claim, by_class):
            found.setdefault((claim.namespace or "default", claim.name), held_by)
    return found


def _of_class(claim: Resource, by_class: dict[str, tuple[str, Location]]) -> tuple[str, Location] | None:
    return None if claim.spec.text("volumeName") else by_class.get(claim.spec.text("storageClassName"))


def claimed_by(pod: Pod, claims: Claims) -> dict[str, tuple[str, Location]]:
    """The paths of the node that a pod has by claims, by the name of the volume in the pod."""
    namespace = pod.resource.namespace or "default"
    keys = {volume.text("name"): volume.text("persistentVolumeClaim", "claimName") for volume in pod.volumes}
    return {name: claims[namespace, claim] for name, claim in keys.items() if (namespace, claim) in claims}
