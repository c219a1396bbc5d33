"""Repairs of Kubernetes manifests."""

from .rows import Repair, first_of, swap
from .yaml_repairs import add_to, remove, set_in, within
from .yaml_text import Entry

_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_HARD = "securityContext"


def _container(entry: Entry) -> bool:
    return isinstance(entry.name, int) and len(entry.path) > 1 and entry.path[-2] in _CONTAINERS


def _pod(entry: Entry) -> bool:
    return entry.value.id == "mapping" and any(key.value == "containers" for key, _ in entry.value.value)


def _document(entry: Entry) -> bool:
    return entry.path == ()


def _mount(entry: Entry) -> bool:
    return isinstance(entry.name, int) and len(entry.path) > 1 and entry.path[-2] == "volumeMounts"


_CAPABILITY = first_of(remove(), remove("add"))
_CONFINED = within(first_of(swap(r"\bUnconfined\b", "RuntimeDefault"), swap(r"\bunconfined\b", "runtime/default")))
_DROP_ALL = add_to(_container, f"{_HARD}.capabilities.drop", "ALL")
_NON_ROOT = set_in(_pod, f"{_HARD}.runAsNonRoot", "true")
_SECCOMP = set_in(_pod, f"{_HARD}.seccompProfile.type", "RuntimeDefault")

REPAIRS: dict[str, Repair] = {
    "K8S-001": remove("privileged"),
    "K8S-002": remove("hostPID"),
    "K8S-003": remove("hostIPC"),
    "K8S-004": remove("hostNetwork"),
    "K8S-007": remove("hostPort"),
    "K8S-008": _CAPABILITY,
    "K8S-009": _DROP_ALL,
    "K8S-010": set_in(_container, f"{_HARD}.allowPrivilegeEscalation", "false"),
    "K8S-011": first_of(_NON_ROOT, set_in(_container, f"{_HARD}.runAsNonRoot", "true")),
    "K8S-012": swap(r"(runAsUser:\s*)0\b", r"\g<1>10001"),
    "K8S-013": _CONFINED,
    "K8S-014": _CONFINED,
    "K8S-015": first_of(remove("type", "user", "role"), remove("seLinuxOptions")),
    "K8S-016": remove("procMount"),
    "K8S-017": remove(),
    "K8S-019": remove("host"),
    "K8S-020": remove("hostProcess"),
    "K8S-021": set_in(_container, f"{_HARD}.readOnlyRootFilesystem", "true"),
    "K8S-022": set_in(_container, "resources.limits.memory", "256Mi"),
    "K8S-025": set_in(_pod, "automountServiceAccountToken", "false"),
    "K8S-028": remove("shareProcessNamespace"),
    "K8S-033": _CAPABILITY,
    "K8S-034": _DROP_ALL,
    "K8S-035": first_of(_NON_ROOT, set_in(_container, f"{_HARD}.runAsNonRoot", "true")),
    "K8S-036": swap(r"((?:runAsGroup|fsGroup):\s*)0\b", r"\g<1>10001"),
    "K8S-037": set_in(_container, f"{_HARD}.runAsUser", "10001"),
    "K8S-038": set_in(_container, f"{_HARD}.runAsGroup", "10001"),
    "K8S-039": first_of(_SECCOMP, set_in(_container, f"{_HARD}.seccompProfile.type", "RuntimeDefault")),
    "K8S-041": set_in(_container, "resources.limits.cpu", "500m"),
    "K8S-042": set_in(_container, "resources.requests.memory", "128Mi"),
    "K8S-043": set_in(_container, "resources.requests.cpu", "100m"),
    "K8S-044": set_in(_container, "resources.limits.ephemeral-storage", "1Gi"),
    "K8S-046": set_in(_container, "imagePullPolicy", "Always"),
    "K8S-051": remove("automountServiceAccountToken"),
    "K8S-053": remove("hostAliases"),
    "K8S-055": set_in(_document, "metadata.labels.!pod-security.kubernetes.io/enforce", "restricted"),
    "K8S-089": first_of(swap(r"\bserviceAccount(?=['\"]?\s*:)", "serviceAccountName"), remove("serviceAccount")),
    "K8S-104": set_in(_mount, "readOnly", "true"),
    "K8S-107": swap(r"(allowPrivilegedContainer:\s*)\S+", r"\g<1>false"),
    "K8S-108": swap(r"(failurePolicy:\s*)['\"]?Ignore['\"]?", r"\g<1>Fail"),
    "K8S-109": swap(r"(encrypted:\s*)\S+", r'\g<1>"true"'),
    "K8S-117": remove("mountPropagation"),
    "K8S-267": remove("replicas"),
    "K8S-270": remove("restartPolicy"),
    "K8S-276": remove(),
    "K8S-277": set_in(_document, "automountServiceAccountToken", "false"),
    "K8S-278": set_in(_document, "automountServiceAccountToken", "false"),
    "K8S-290": _DROP_ALL,
    "K8S-299": swap(r"(privileged:\s*)true\b", r"\g<1>false"),
    "K8S-300": swap(r"(hostPID:\s*)true\b", r"\g<1>false"),
    "K8S-301": swap(r"(hostIPC:\s*)true\b", r"\g<1>false"),
    "K8S-302": swap(r"(hostNetwork:\s*)true\b", r"\g<1>false"),
    "K8S-303": set_in(_document, "spec.allowPrivilegeEscalation", "false"),
    **{f"K8S-{number:03}": _CAPABILITY for number in (*range(92, 101), *range(111, 117))},
}
