"""Kubernetes manifests -> resources, the pods they create, and the rules of their roles.

Lists are unwrapped. A pod that a workload creates has the labels and annotations of its template. Scalars have the values
that Kubernetes reads; defaults are not filled in.

Raises: ValueError if the text is not YAML, or exceeds a limit.
**Source:** Kubernetes API reference 1.34, https://kubernetes.io/docs/reference/kubernetes-api/
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text
from careen.formats.images import image_name
from careen.formats.services.host_path import plain

from .openshift_template import objects_of
from .pod_templates import pod_templates
from .selectors import matches, plain_labels

CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")
GROUPS = frozenset(("", "*", "apps", "autoscaling", "batch", "extensions", "policy"))  # of Kubernetes itself, and *.k8s.io
LATEST_MINOR = 35  # of the Pod Security Standards that are known
MAX_COMPARED = 1_000_000
MAX_NAME = 253  # characters of a name in messages, the most that the API takes
COMPONENTS = frozenset(("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "etcd"))  # of a cluster
_ARCHITECTURE = re.compile(r"-(?:amd64|arm|arm64|ppc64le|s390x)$")


class Resource:
    """One object of the API. ``kind`` is as written, ``lower`` in lower case: other tools accept any case."""

    __slots__ = ("annotations", "body", "group", "kind", "labels", "lower", "name", "namespace", "path", "spec")

    def __init__(self, body: Mapping, path: str, kind: str) -> None:
        self.body = body
        self.path = path
        self.kind = kind
        self.lower = kind.lower()
        self.group = body.text("apiVersion").rpartition("/")[0]
        metadata = body.map("metadata")
        self.name = metadata.text("name") or metadata.text("generateName")
        self.namespace = metadata.text("namespace")
        self.labels = metadata.map("labels")
        self.annotations = metadata.map("annotations")
        self.spec = body.map("spec")

    @property
    def node(self) -> Mapping:
        return self.body

    @property
    def resource(self) -> "Resource":
        return self

    @property
    def label(self) -> str:
        return f"{self.kind[:MAX_NAME]} {self.name[:MAX_NAME]}".rstrip()


class Container:
    """A container of a pod; ``list`` is the name of the list that has it, ``security`` its own security context."""

    __slots__ = ("image", "list", "name", "node", "pod", "security")

    def __init__(self, pod: "Pod", node: Mapping, list: str) -> None:
        self.pod = pod
        self.node = node
        self.list = list
        self.name = node.text("name")
        self.image = node.text("image")
        self.security = node.map("securityContext")

    @property
    def resource(self) -> Resource:
        return self.pod.resource

    @property
    def label(self) -> str:
        return f"container {self.name[:MAX_NAME]} of {self.pod.label}" if self.name else f"a container of {self.pod.label}"

    def effective(self, key: str) -> Any:
        """A field of the security context, which a container inherits from its pod unless it sets it."""
        value = self.security.get(key)
        return self.pod.security.get(key) if value is None else value

    @property
    def added(self) -> frozenset[str]:
        """Capabilities that are added, in capitals without ``CAP_``."""
        return _capabilities(self.security, "add")

    @property
    def dropped(self) -> frozenset[str]:
        return _capabilities(self.security, "drop")

    @property
    def runs_on(self) -> bool:
        """Whether it runs beside the others: it is not an init container, or one that is restarted (a sidecar)."""
        return self.list == "containers" or (self.list == "initContainers" and self.node.get("restartPolicy") == "Always")


class Pod:
    """A pod, or the template of one; ``metadata`` is the template's, ``node`` the specification."""

    __slots__ = ("annotations", "containers", "labels", "metadata", "node", "resource", "security", "volumes")

    def __init__(self, resource: Resource, template: Mapping) -> None:
        self.resource = resource
        self.node = template.map("spec")
        self.metadata = template.map("metadata")
        self.labels = self.metadata.map("labels")
        self.annotations = self.metadata.map("annotations")
        self.security = self.node.map("securityContext")
        self.volumes = self.node.maps("volumes")
        self.containers = tuple(Container(self, node, name) for name in CONTAINER_LISTS for node in self.node.maps(name))

    @property
    def label(self) -> str:
        return self.resource.label

    @property
    def windows(self) -> bool:
        return self.node.map("os").text("name") == "windows"

    @property
    def service_account(self) -> str:
        return self.node.text("serviceAccountName") or self.node.text("serviceAccount") or "default"

    def host_paths(self) -> Iterator[tuple[Mapping, str]]:
        """Each hostPath volume with its path."""
        for volume in self.volumes:
            if isinstance(volume.get("hostPath"), Mapping):
                yield volume, plain(volume.text("hostPath", "path"))

    def mounts(self, volume: str) -> Iterator[tuple[Container, Mapping]]:
        """The containers that mount the volume, each with its mount."""
        for container in self.containers:
            for mount in container.node.maps("volumeMounts"):
                if mount.get("name") == volume:
                    yield container, mount


class Rule:
    """A rule of a role: it allows ``verbs`` on ``resources`` of the API's ``groups``."""

    __slots__ = ("groups", "names", "node", "resources", "role", "verbs")

    def __init__(self, role: Resource, node: Mapping) -> None:
        self.role = role
        self.node = node
        self.groups = frozenset(node.texts("apiGroups"))
        self.resources = frozenset(node.texts("resources"))
        self.verbs = frozenset(node.texts("verbs"))
        self.names = frozenset(node.texts("resourceNames"))

    @property
    def resource(self) -> Resource:
        return self.role

    @property
    def label(self) -> str:
        return self.role.label


class Manifests:
    """All resources that are checked together, since they refer to each other; ``minor`` is the version of Kubernetes whose
    Pod Security Standards apply."""

    def __init__(self, resources: Iterable[Resource], minor: int = LATEST_MINOR) -> None:
        self.resources = tuple(resources)
        self.minor = minor
        self.registries: tuple[str, ...] = ()  # that images may come from; (): any
        self.by_kind: dict[str, list[Resource]] = {}
        self._by_name: dict[tuple[str, str], list[Resource]] = {}
        for resource in self.resources:
            self.by_kind.setdefault(resource.lower, []).append(resource)
            self._by_name.setdefault((resource.lower, resource.name), []).append(resource)
        self.pods = tuple(
            Pod(resource, template)
            for resource in self.resources
            for template in pod_templates(resource.body, resource.lower, resource.group)
        )
        self.containers = tuple(container for pod in self.pods for container in pod.containers)
        self._selected: dict[tuple[str, int], list[Pod]] = {}  # by namespace and id of the selector, which lives as long
        self._compared = 0
        self._pods: dict[tuple[str, str, str], list[Pod]] = {}  # by namespace, label and its value
        for pod in self.pods:
            namespace = pod.resource.namespace or "default"
            self._pods.setdefault((namespace, "", ""), []).append(pod)
            for key, value in pod.labels.items():
                self._pods.setdefault((namespace, key, as_text(value)), []).append(pod)
        self.components: dict[str, list[Container]] = {}  # containers of the cluster itself by their program
        for container in self.containers:
            if (name := program(container)) in COMPONENTS:
                self.components.setdefault(name, []).append(container)
        self.roles = tuple(self.of("ClusterRole", "Role"))
        self.bindings = tuple(self.of("ClusterRoleBinding", "RoleBinding"))
        self.rules = tuple(
            Rule(role, node) for role in self.roles if not built_in(role.name) for node in role.body.maps("rules")
        )
        self.services = tuple(service for service in self.of("Service") if service.group == "")

    def of(self, *kinds: str) -> Iterator[Resource]:
        """The resources of these kinds, kind by kind."""
        for kind in kinds:
            yield from self.by_kind.get(kind.lower(), ())

    def named(self, kind: str, name: str, namespace: str | None = None) -> Resource | None:
        """The resource of that kind and name, in that namespace if given."""
        for resource in self._by_name.get((kind.lower(), name), ()):
            if namespace is None or same_namespace(resource.namespace, namespace):
                return resource
        return None

    def mounts_token(self, pod: Pod) -> bool:
        """Whether a pod gets a token of its service account: the pod's own setting decides, then the account's, if
        the account is in the set."""
        own = pod.node.get("automountServiceAccountToken")
        if own is None:
            account = self.named("ServiceAccount", pod.service_account, pod.resource.namespace)
            own = account.body.get("automountServiceAccountToken") if account else None
        return own is not False

    def selected(self, namespace: str, selector: Mapping) -> list[Pod]:
        """The pods of a namespace that a label selector matches.

        Raises: ValueError if all selectors together are compared with too many pods.
        """
        key = (namespace, id(selector))
        if key not in self._selected:
            first = next(iter(plain_labels(selector).items()), ("", ""))
            found = self._pods.get((namespace or "default", first[0], as_text(first[1])), ())
            self.count_pairs(len(found))
            self._selected[key] = [pod for pod in found if matches(pod.labels, selector)]
        return self._selected[key]

    def count_pairs(self, count: int) -> None:
        """Bounds the comparisons of pods with selectors or bindings, whose number grows with the square of the manifests.

        Raises: ValueError if there are too many.
        """
        self._compared += count
        if self._compared > MAX_COMPARED:
            raise ValueError(f"more than {MAX_COMPARED} pairs of pods and resources that refer to them would be compared")


def read(files: Iterable[tuple[str, str]]) -> Manifests:
    """Reads files, given as (path, text). Documents that are not resources are skipped."""
    return Manifests(resource for path, text in files for resource in resources(yaml_document.read(text), path))


def resources(documents: Iterable[Any], path: str) -> Iterator[Resource]:
    """The resources among the documents of one file, and those within lists, arrays of JSON and templates of OpenShift."""
    listed = (document if isinstance(document, Sequence) else (document,) for document in documents)
    waiting = [(body, "") for body in reversed([body for bodies in listed for body in bodies])]
    while waiting:
        body, kind = waiting.pop()
        if not kind and not is_resource(body):
            continue
        kind = kind or body.text("kind")
        items = body.get("items")
        if kind.endswith("List") and isinstance(items, Sequence):
            waiting += [(item, _kind_in(kind, item)) for item in reversed(items)]
        else:
            yield Resource(body, path, kind)
            if kind == "Template":
                waiting += [(item, "") for item in reversed(objects_of(body))]


def _kind_in(kind: str, item: Any) -> str:
    """The kind that an item of a list does not state; "" for others."""
    return kind.removesuffix("List") if isinstance(item, Mapping) and "kind" not in item else ""


def is_resource(document: Any) -> bool:
    """Whether a YAML document is an object of the Kubernetes API: it has the two required fields."""
    return isinstance(document, Mapping) and bool(document.text("kind")) and isinstance(document.get("apiVersion"), str)


def as_pod(document: Any) -> Any:
    """A document with the version and kind of a pod, if it states none."""
    if isinstance(document, Mapping) and isinstance(document.get("spec"), Mapping):
        for key, value in (("apiVersion", "v1"), ("kind", "Pod")):
            if not document.get(key):
                yaml_document.put(document, key, value, document.line)
    return document


def same_namespace(left: str, right: str) -> bool:
    return (left or "default") == (right or "default")


def built_in(name: str) -> bool:
    """Whether Kubernetes or its provider installs the role or binding of this name."""
    return name in ("admin", "cluster-admin", "edit", "view") or name.startswith(("system:", "gce:", "eks:", "aks:"))


def grants(rule: Rule, resource: str, verbs: Iterable[str], wildcard: bool = False) -> frozenset[str]:
    """Which of the verbs a rule grants on a resource of Kubernetes itself ("pods/exec").

    ``*`` among the verbs grants all. ``*`` among the resources counts only with ``wildcard``: another check reports such a
    rule once, instead of once for each resource.
    """
    if resource not in rule.resources:
        subresource = f"*/{resource.partition('/')[2]}"
        if not wildcard or not {"*", subresource} & rule.resources:
            return frozenset()
    if rule.groups and not any(group in GROUPS or group.endswith(".k8s.io") for group in rule.groups):
        return frozenset()
    return frozenset(verbs) if "*" in rule.verbs else frozenset(verbs) & rule.verbs


def program(container: Container) -> str:
    """The name of the program that a container starts, "" if it is unknown; of ``sh -c``, the first word.

    A container that states only arguments starts the program of its image: a component of a control plane has its name.
    """
    words = command_line(container)
    component = _component(container)
    if component and (any(_base(word) == component for word in words) or not words or words[0].startswith("-")):
        return component
    names = [_base(word) for word in words[:2]]
    return names[1] if len(names) > 1 and names[0] == "hyperkube" else "".join(names[:1])


def _component(container: Container) -> str:
    """The component of a control plane that a container runs, according to its image, or to the labels of its static
    pod; "" if it is not one."""
    image = _ARCHITECTURE.sub("", image_name.parse(container.image).last)
    if image in COMPONENTS:
        return image
    labels = container.pod.labels
    label = labels.text("component")
    static = labels.text("tier") == "control-plane" and len(container.pod.containers) == 1
    return label if static and label in COMPONENTS else ""


def _base(word: str) -> str:
    return word.rpartition("/")[2]


def command_line(container: Container) -> list[str]:
    """Command and arguments; of ``sh -c``, the words of the script."""
    words = [*container.node.texts("command"), *container.node.texts("args")]
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash", "ash") and words[1] == "-c":
        words = [word for word in words[2].split() if word not in ("exec", "\\")]
    return words


def flags(container: Container) -> dict[str, str]:
    """The long flags of a container's command line with their values; "true" for a flag without a value."""
    words = command_line(container)
    found = {}
    for index, word in enumerate(words):
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if not equals:
                following = words[index + 1] if index + 1 < len(words) else "--"
                value = "true" if following.startswith("-") else following
            found[name] = value
    return found


def _capabilities(security: Mapping, key: str) -> frozenset[str]:
    return frozenset(name.upper().removeprefix("CAP_") for name in security.texts("capabilities", key))
