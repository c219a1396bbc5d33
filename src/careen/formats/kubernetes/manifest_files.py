"""Kubernetes manifests -> resources, the pods they make, and the rules of their roles.

Lists are unwrapped. The pod template of every workload kind is found by name; that of other kinds (custom resources)
by its shape: a sequence ``containers`` of mappings with an image, or the steps of a pipeline. A pod that others make has
labels and annotations of its template. Values of scalars are as Kubernetes reads them; nothing is filled in but what the
reader's words say.

Raises: ValueError where the text is no YAML (or over a limit).
**Source:** Kubernetes API reference 1.34, https://kubernetes.io/docs/reference/kubernetes-api/
"""

from collections.abc import Iterable, Iterator
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import NO_MAPPING, Mapping, Sequence, as_text

from .selectors import matches, plain_labels

CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")
WORKLOADS = {
    **dict.fromkeys(
        ("deployment", "statefulset", "daemonset", "replicaset", "replicationcontroller", "job"), ("spec", "template")
    ),
    **dict.fromkeys(("deploymentconfig", "rollout", "cloneset", "configuration"), ("spec", "template")),
    "cronjob": ("spec", "jobTemplate", "spec", "template"),
    "podtemplate": ("template",),
}
POD_KINDS = frozenset(("pod", "revision"))
GROUPS = frozenset(("", "*", "apps", "autoscaling", "batch", "extensions", "policy"))  # of Kubernetes itself, and *.k8s.io
LATEST_MINOR = 35  # of the Pod Security Standards that are known
_HANDED_DOWN = frozenset(  # by a workflow to its pods, by a task to its steps
    ("automountServiceAccountToken", "env", "hostNetwork", "securityContext", "serviceAccountName", "volumeMounts", "volumes")
)
MAX_COMPARED = 1_000_000
MAX_LISTS = 4  # lists in lists
COMPONENTS = frozenset(("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"))  # of a control plane


class Resource:
    """One object of the API. ``kind`` is as written; ``lower`` in small letters, as peers accept any."""

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
        return f"{self.kind} {self.name}".rstrip()


class Container:
    """A container of a pod; ``list`` is the one it stands in. ``security`` is its own security context."""

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
        return f"container {self.name} of {self.pod.label}" if self.name else f"a container of {self.pod.label}"

    def effective(self, key: str) -> Any:
        """A field of the security context that a container takes over from its pod unless it has one."""
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
        """Whether it runs beside the others: no init container, or one that is restarted (a sidecar)."""
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
        """Each volume that is a path of the host, with that path."""
        for volume in self.volumes:
            if isinstance(volume.get("hostPath"), Mapping):
                path = volume.text("hostPath", "path")
                yield volume, path.rstrip("/") or "/"

    def mounts(self, volume: str) -> Iterator[tuple[Container, Mapping]]:
        """Who mounts the volume of that name, and how."""
        for container in self.containers:
            for mount in container.node.maps("volumeMounts"):
                if mount.get("name") == volume:
                    yield container, mount


class Rule:
    """A rule of a role: what may be done (``verbs``) with which ``resources`` of which API ``groups``."""

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
    """All resources that are judged together, so that one may refer to another; ``minor`` is the version of Kubernetes
    by whose Pod Security Standards pods are judged."""

    def __init__(self, resources: Iterable[Resource], minor: int = LATEST_MINOR) -> None:
        self.resources = tuple(resources)
        self.minor = minor
        self.registries: tuple[str, ...] = ()  # that images may come from; (): any
        self.by_kind: dict[str, list[Resource]] = {}
        self._by_name: dict[tuple[str, str], list[Resource]] = {}
        for resource in self.resources:
            self.by_kind.setdefault(resource.lower, []).append(resource)
            self._by_name.setdefault((resource.lower, resource.name), []).append(resource)
        self.pods = tuple(pod for resource in self.resources for pod in _pods(resource))
        self.containers = tuple(container for pod in self.pods for container in pod.containers)
        self._selected: dict[tuple[str, int], list[Pod]] = {}  # by namespace and id of the selector, which we keep
        self._compared = 0
        self._pods: dict[tuple[str, str, str], list[Pod]] = {}  # by namespace, label and its value
        for pod in self.pods:
            namespace = pod.resource.namespace or "default"
            self._pods.setdefault((namespace, "", ""), []).append(pod)
            for key, value in pod.labels.items():
                self._pods.setdefault((namespace, key, as_text(value)), []).append(pod)
        self.components: dict[str, list[Container]] = {}  # containers of a control plane by their program
        for container in self.containers:
            if (name := program(container)) in COMPONENTS:
                self.components.setdefault(name, []).append(container)
        self.roles = tuple(self.of("ClusterRole", "Role"))
        self.bindings = tuple(self.of("ClusterRoleBinding", "RoleBinding"))
        self.rules = tuple(
            Rule(role, node) for role in self.roles if not built_in(role.name) for node in role.body.maps("rules")
        )
        self.services = tuple(one for one in self.of("Service") if one.group == "")

    def of(self, *kinds: str) -> Iterator[Resource]:
        """The resources of these kinds, kind by kind."""
        for kind in kinds:
            yield from self.by_kind.get(kind.lower(), ())

    def named(self, kind: str, name: str, namespace: str | None = None) -> Resource | None:
        """The resource of that kind and name; with a namespace, the one there."""
        for one in self._by_name.get((kind.lower(), name), ()):
            if namespace is None or same_namespace(one.namespace, namespace):
                return one
        return None

    def selected(self, namespace: str, selector: Mapping) -> list[Pod]:
        """The pods of a namespace that a label selector matches.

        Raises: ValueError when all selectors together have been compared with too many pods.
        """
        key = (namespace, id(selector))
        if key not in self._selected:
            first = next(iter(plain_labels(selector).items()), ("", ""))
            found = self._pods.get((namespace or "default", first[0], as_text(first[1])), ())
            self._compared += len(found)
            if self._compared > MAX_COMPARED:
                raise ValueError(f"over {MAX_COMPARED} pairs of selectors and pods")
            self._selected[key] = [pod for pod in found if matches(pod.labels, selector)]
        return self._selected[key]


def read(files: Iterable[tuple[str, str]]) -> Manifests:
    """``files`` are (path, text); documents that are no resources are passed over."""
    return Manifests(resource for path, text in files for resource in resources(yaml_document.read(text), path))


def resources(documents: Iterable[Any], path: str, depth: int = MAX_LISTS) -> Iterator[Resource]:
    """The resources among the documents of one file."""
    for body in documents:
        if not is_resource(body):
            continue
        kind = body.text("kind")
        items = body.get("items")
        if kind.endswith("List") and isinstance(items, Sequence):
            for item in items:
                if isinstance(item, Mapping) and "kind" not in item and len(kind) > len("List"):
                    yield Resource(item, path, kind.removesuffix("List"))
                elif depth:
                    yield from resources((item,), path, depth - 1)
        else:
            yield Resource(body, path, kind)


def is_resource(document: Any) -> bool:
    """Whether a document of YAML is an object of the Kubernetes API, by its two obligatory fields."""
    return isinstance(document, Mapping) and bool(document.text("kind")) and isinstance(document.get("apiVersion"), str)


def same_namespace(left: str, right: str) -> bool:
    return (left or "default") == (right or "default")


def built_in(name: str) -> bool:
    """Whether a role or binding is one that Kubernetes or its provider installs itself."""
    return name in ("admin", "cluster-admin", "edit", "view") or name.startswith(("system:", "gce:", "eks:", "aks:"))


def grants(rule: Rule, resource: str, verbs: Iterable[str], wildcard: bool = False) -> frozenset[str]:
    """Which of the verbs a rule grants on a resource of Kubernetes itself ("pods/exec").

    ``*`` among the verbs grants all. ``*`` among the resources counts only with ``wildcard``: such a rule is a fault of
    its own, which would else be told once for every resource there is.
    """
    if resource not in rule.resources:
        subresource = f"*/{resource.partition('/')[2]}"
        if not wildcard or not {"*", subresource} & rule.resources:
            return frozenset()
    if rule.groups and not any(group in GROUPS or group.endswith(".k8s.io") for group in rule.groups):
        return frozenset()
    return frozenset(verbs) if "*" in rule.verbs else frozenset(verbs) & rule.verbs


def program(container: Container) -> str:
    """The name of the program a container starts, where its manifest says; of a shell's command line, its first word."""
    words = command_line(container)
    return words[0].rpartition("/")[2] if words else ""


def command_line(container: Container) -> list[str]:
    """Command and arguments; the words of the script where the command is a shell with ``-c``."""
    words = [*container.node.texts("command"), *container.node.texts("args")]
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash", "ash") and words[1] == "-c":
        words = [word for word in words[2].split() if word not in ("exec", "\\")]
    return words


def flags(container: Container) -> dict[str, str]:
    """The long flags of its command line with their values; "true" for one without."""
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


def _pods(resource: Resource) -> Iterator[Pod]:
    kind = resource.lower
    if kind in POD_KINDS:
        yield Pod(resource, resource.body)
    elif kind in WORKLOADS or (kind == "service" and resource.group == "serving.knative.dev"):
        template = resource.body.map(*WORKLOADS.get(kind, ("spec", "template")))
        if template is not NO_MAPPING:
            yield Pod(resource, template)
    elif "." in resource.group and kind != "customresourcedefinition":
        # A custom resource: wherever it holds a pod specification.
        for _, node in yaml_document.walk(resource.spec):
            if isinstance(node, Mapping):
                for value in node.values():
                    if isinstance(value, Mapping) and _is_pod_spec(value):
                        template = Mapping(node.line)
                        template["spec"] = value
                        template["metadata"] = node.get("metadata")
                        yield Pod(resource, template)
        if _is_pod_spec(resource.spec):
            yield Pod(resource, resource.body)
        yield from (Pod(resource, template) for template in _pipeline_pods(resource))


def _pipeline_pods(resource: Resource) -> Iterator[Mapping]:
    """Pods of Tekton (the steps of a task) and of Argo Workflows (a template with a container or script).

    What they run ends as an init container does. What the workflow says of all its pods holds where a template is silent.
    **Source:** tekton.dev/v1 Task; argoproj.io/v1alpha1 Workflow, Template.
    """
    tekton, argo = resource.group.endswith("tekton.dev"), resource.group == "argoproj.io"
    for node in (one for _, one in yaml_document.walk(resource.body) if tekton or argo):
        if not isinstance(node, Mapping):
            continue
        steps = [_over(node.map("stepTemplate"), one) for one in node.maps("steps") if one.text("image")] if tekton else []
        if steps:
            yield _template(node, steps, node)
        for template in node.maps("templates") if argo else ():
            containers = [_named(template, key) for key in ("container", "script") if template.text(key, "image")]
            if containers:
                yield _template(_over(node, template), [*containers, *template.maps("initContainers")], template)


def _named(template: Mapping, key: str) -> Mapping:
    made = _over(NO_MAPPING, template.map(key))
    if "name" not in made:
        yaml_document.put(made, "name", template.text("name"), template.line_of("name"))
    return made


def _template(spec: Mapping, ending: list[Mapping], node: Mapping) -> Mapping:
    made, pod = Mapping(node.line), _over(NO_MAPPING, spec)
    for key, members in (("initContainers", ending), ("containers", node.maps("sidecars"))):
        pod.pop(key, None)
        for one in members:
            yaml_document.add(pod, key, one, one.line)
    made["spec"], made["metadata"] = pod, node.get("metadata")
    return made


def _over(below: Mapping, above: Mapping) -> Mapping:
    """``above``, and what ``below`` says where that is silent."""
    made = Mapping(above.line)
    for key in _HANDED_DOWN & below.keys():
        yaml_document.put(made, key, below[key], below.line_of(key))
    for key, value in above.items():
        yaml_document.put(made, key, value, above.line_of(key))
    made.end_line = above.end_line
    return made


def _is_pod_spec(node: Mapping) -> bool:
    containers = node.get("containers")
    return isinstance(containers, Sequence) and any(isinstance(one, Mapping) and one.text("image") for one in containers)


def _capabilities(security: Mapping, key: str) -> frozenset[str]:
    return frozenset(name.upper().removeprefix("CAP_") for name in security.texts("capabilities", key))
