"""Pods -> containers of the graph, their ways to the node, and what they share: namespaces, volumes, Secrets.

**Source:** https://kubernetes.io/docs/concepts/workloads/pods/ and .../concepts/storage/volumes/
"""

from collections.abc import Iterator

from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.kubernetes import pod_security
from careen.formats.kubernetes.manifest_files import Container as Spec
from careen.formats.kubernetes.manifest_files import Manifests, Pod
from careen.model.finding import Location

from . import crossings
from .claims import Claims, claimed_by, claims_of
from .crossings import Crossing
from .graph import Builder, Container, Node, Reason, User
from .parts import REACHED, Images, Mounted, container_node, entered, escape, share, user_of, written_out


class Placed:
    """The graph nodes of each pod's containers."""

    def __init__(self) -> None:
        self.of_pod: dict[int, list[Node]] = {}
        self.specs: dict[str, Spec] = {}
        self.secrets: dict[tuple[str, str], list[tuple[Pod, Node, Location]]] = {}  # who has them, by namespace and name

    def nodes(self) -> Iterator[Node]:
        return (node for nodes in self.of_pod.values() for node in nodes)

    def of(self, pod: Pod) -> list[Node]:
        return self.of_pod.get(id(pod), [])


def add_pods(builder: Builder, manifests: Manifests, images: Images, host: str) -> Placed:
    placed, claims = Placed(), claims_of(manifests)
    for pod in manifests.pods:
        specs = [container for container in pod.containers if container.runs_on]
        nodes = placed.of_pod.setdefault(id(pod), [])
        for spec in specs:
            node = _node(pod, spec, len(specs) == 1, images)
            if node.id not in builder.nodes:
                builder.add(node)
                nodes.append(node)
                placed.specs[node.id] = spec
        for node in nodes:
            spec = placed.specs[node.id]
            own_users = pod.node.get("hostUsers") is False
            for crossing, place in _crossings(pod, spec, claims):
                escape(builder, node, host, crossing, place, own_users=own_users)
            for name, place in _secrets(pod, spec):
                placed.secrets.setdefault((namespace_of(pod), name), []).append((pod, node, place))
        _together(builder, pod, nodes, images)
    _volumes(builder, manifests, placed)
    return placed


def namespace_of(pod: Pod) -> str:
    return pod.resource.namespace or "default"


def at(spec: Pod | Spec, *keys: str | int) -> Location:
    return Location(spec.resource.path, spec.node.line_of(*keys) or None)


def _node(pod: Pod, spec: Spec, alone: bool, images: Images) -> Node:
    image = images.get(spec.image)
    kind = crossings.database(spec.image)
    environment: dict[str, str | None] = {variable.text("name"): variable.text("value") for variable in spec.node.maps("env")}
    ports = [as_text(port.get("containerPort")) for port in spec.node.maps("ports")]
    ports += [port.partition("/")[0] for port in image.ports] if image else []
    listens = True if ports or kind else (False if image and image.scanned else None)
    facts = [f"drops {', '.join(sorted(spec.dropped))}"] if spec.dropped else []
    facts += ["read-only file system"] if spec.security.get("readOnlyRootFilesystem") is True else []
    facts += ["no new privileges"] if spec.security.get("allowPrivilegeEscalation") is False else []
    facts += [f"seccomp {profile}"] if (profile := pod_security.seccomp(spec)) else []
    container = Container(
        image=spec.image,
        user=_user(pod, spec, images),
        privileged=spec.security.get("privileged") is True,
        capabilities=tuple(sorted(spec.added)),
        ports=tuple(dict.fromkeys(port for port in ports if port)),
        listens=listens,
        database=kind,
        guarded=bool(kind) and crossings.guarded(spec.image, environment),
        facts=tuple(facts),
    )
    resource = pod.resource
    name = resource.name if alone or spec.name == resource.name else f"{resource.name}/{spec.name}"
    id = f"container:{resource.path}:{namespace_of(pod)}:{resource.lower}:{resource.name}:{spec.name}"
    return container_node(id, name or spec.name or "?", namespace_of(pod), at(spec), container)


def _user(pod: Pod, spec: Spec, images: Images) -> User:
    declared = as_text(spec.effective("runAsUser"))
    if not declared and spec.effective("runAsNonRoot") is True:
        return "non_root"
    return user_of(declared, images.get(spec.image))


def _crossings(pod: Pod, spec: Spec, claims: Claims) -> Iterator[tuple[Crossing, Location]]:
    if spec.security.get("privileged") is True:
        text = "is privileged: it has all devices and capabilities of its node"
        yield Crossing("privilege", text, 0.9, "set privileged: false"), at(spec, "securityContext", "privileged")
    windows = spec.security.map("windowsOptions") or pod.security.map("windowsOptions")
    if windows.get("hostProcess") is True:
        text = "is a process of the Windows host"
        yield (
            Crossing("privilege", text, 0.95, "set hostProcess: false"),
            Location(pod.resource.path, windows.line_of("hostProcess")),
        )
    host_processes = pod.node.get("hostPID") is True
    if found := crossings.of_capabilities(spec.added, host_processes):
        yield found, at(spec, "securityContext", "capabilities", "add")
    if host_processes:
        yield Crossing("namespace", "sees the processes of its node", 0.3, "remove hostPID"), at(pod, "hostPID")
    if pod.node.get("hostIPC") is True:
        yield Crossing("namespace", "shares memory with the processes of its node", 0.1, "remove hostIPC"), at(pod, "hostIPC")
    paths = claimed_by(pod, claims)
    for volume, path in pod.host_paths():
        paths[volume.text("name")] = path, Location(pod.resource.path, volume.line_of("hostPath", "path"))
    for name, (path, place) in paths.items():
        mounts = [mount for mount in spec.node.maps("volumeMounts") if mount.text("name") == name]
        if mounts and (crossing := crossings.of_host_path(path, not any(_writes(pod, mount) for mount in mounts))):
            yield crossing, place


def _together(builder: Builder, pod: Pod, nodes: list[Node], images: Images) -> None:
    """Adds what containers of one pod share: the network, and with shareProcessNamespace the processes."""
    for node in nodes:
        for other in nodes:
            if node is other:
                continue
            why = f"{node.name} shares the network of {other.name}, its loopback too; "
            entered(builder, node.id, other, images, REACHED, node.places, why=why)
            if pod.node.get("shareProcessNamespace") is True:
                text = f"{node.name} shares the processes of {other.name}"
                builder.edge(node.id, other.id, Reason("namespace", text, 0.7, (at(pod, "shareProcessNamespace"),)))


def _volumes(builder: Builder, manifests: Manifests, placed: Placed) -> None:
    names = {node.id: node for node in placed.nodes()}
    shared: dict[tuple[str, str, str], list[Mounted]] = {}
    for pod in manifests.pods:
        volumes = {volume.text("name"): volume for volume in pod.volumes}
        for node in placed.of(pod):
            for mount in placed.specs[node.id].node.maps("volumeMounts"):
                volume = volumes.get(mount.text("name"))
                key = _shared(pod, volume) if volume is not None else None
                if volume is None or key is None:
                    continue
                writes = _writes(pod, mount)
                place = Location(pod.resource.path, mount.line or None)
                inner = (mount.text("subPath") or mount.text("subPathExpr")).strip("/")
                shared.setdefault(key, []).append(Mounted(node.id, key[2], inner, writes, place))
    for (what, scope, title), ones in shared.items():
        share(builder, f"{what}:{scope}:{title}", title, ones, names, names[ones[0].container].group)


def _writes(pod: Pod, mount: Mapping) -> bool:
    """Whether a container may write to a volume by this mount."""
    claims = (volume.map("persistentVolumeClaim") for volume in pod.volumes if volume.get("name") == mount.get("name"))
    return mount.get("readOnly") is not True and not any(claim.get("readOnly") is True for claim in claims)


def _shared(pod: Pod, volume: Mapping) -> tuple[str, str, str] | None:
    """The key by which containers that share a volume are joined: kind, scope and name; None for a volume of the pod
    alone."""
    if claim := volume.text("persistentVolumeClaim", "claimName"):
        return "claim", namespace_of(pod), claim
    if "emptyDir" in volume:
        return "emptyDir", str(id(pod)), f"{volume.text('name')} of {pod.resource.name}"
    path = volume.text("hostPath", "path").rstrip("/")
    if path and not crossings.SOCKET.search(path) and path not in crossings.HOST_PATHS:
        return "hostPath", "", path
    server = volume.text("nfs", "server")
    return ("nfs", server, f"{server}:{volume.text('nfs', 'path')}") if server else None


def _secrets(pod: Pod, spec: Spec) -> Iterator[tuple[str, Location]]:
    """The Secrets of a container, by name, and its credentials in plain text, by hash; each with its place."""
    for index, variable in enumerate(spec.node.seq("env")):
        if isinstance(variable, Mapping):
            if name := variable.text("valueFrom", "secretKeyRef", "name"):
                yield name, at(spec, "env", index)
            for key in written_out(variable.text("name"), variable.text("value")):
                yield key, at(spec, "env", index)
    for index, variable in enumerate(spec.node.seq("envFrom")):
        if isinstance(variable, Mapping) and (name := variable.text("secretRef", "name")):
            yield name, at(spec, "envFrom", index)
    mounted = {mount.text("name") for mount in spec.node.maps("volumeMounts")}
    for volume in pod.volumes:
        if volume.text("name") in mounted:
            names = [volume.text("secret", "secretName")]
            names += [source.text("secret", "name") for source in volume.maps("projected", "sources")]
            for name in filter(None, names):
                yield name, Location(pod.resource.path, volume.line or None)
