"""Service accounts -> the access that their tokens give: to Secrets, other pods, the node, the cluster.

**Source:** https://kubernetes.io/docs/concepts/security/rbac-good-practices/ (privilege escalation risks).
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests, Pod, Resource, Rule, grants
from careen.model.finding import Location

from .graph import Builder, Node, Reason
from .parts import inhabit
from .pods import Placed, at, namespace_of

TOKEN = 0.95
_EXEC = ("pods/exec", "pods/attach", "pods/ephemeralcontainers")
_TAKEOVERS = (
    ("clusterrolebindings", ("create", "update", "patch")),
    ("clusterroles", ("escalate", "bind", "update", "patch")),
    ("users", ("impersonate",)),
    ("groups", ("impersonate",)),
    ("mutatingwebhookconfigurations", ("create", "update", "patch")),
)
_TAKEOVERS_OF_NAMESPACE = (
    ("rolebindings", ("create", "update", "patch")),
    ("roles", ("escalate", "bind")),
    ("serviceaccounts", ("impersonate",)),
    ("serviceaccounts/token", ("create",)),
)


class Grant(Struct, frozen=True):
    """A role that an account has, in the cluster (``namespace`` None) or in one namespace."""

    name: str
    rules: tuple[Rule, ...]
    namespace: str | None
    place: Location


def add_roles(builder: Builder, manifests: Manifests, placed: Placed, host: str, cluster: str) -> None:
    grants_of = _Grants(manifests)
    users: dict[tuple[str, str], list[tuple[Pod, Node]]] = {}
    for pod in manifests.pods:
        if _has_token(manifests, pod):
            users.setdefault((namespace_of(pod), pod.service_account), []).extend((pod, node) for node in placed.of(pod))
    for (namespace, name), holders in users.items():
        found = list(grants_of.of(namespace, name))
        if not found or not holders:
            continue
        account = manifests.named("ServiceAccount", name, namespace)
        place = Location(account.path, account.node.line) if account else at(holders[0][0], "serviceAccountName")
        hub = Node(f"account:{namespace}:{name}", "account", f"service account {name}", namespace, (place,))
        access = _Access(builder, manifests, placed, hub, host, cluster)
        for grant in found:
            access.add(grant)
        for pod, node in holders if access.anything else ():
            text = f"{node.name} has the token of service account {name}"
            builder.edge(node.id, builder.add(hub), Reason("role", text, TOKEN, (at(pod, "serviceAccountName"),)))


class _Grants:
    """The roles of service accounts, bound to them or to their groups."""

    def __init__(self, manifests: Manifests) -> None:
        self._by_account: dict[tuple[str, str], list[Grant]] = {}
        for binding in manifests.bindings:
            grant = _grant(manifests, binding)
            for subject in rbac.subjects(binding):
                key = rbac.account(binding, subject)
                if key is not None and grant is not None:
                    self._by_account.setdefault(key, []).append(grant)

    def of(self, namespace: str, name: str) -> Iterator[Grant]:
        for key in ((namespace, name), (namespace, ""), ("", "")):
            yield from self._by_account.get(key, ())


class _Access:
    """Adds to the graph the access of one account."""

    def __init__(self, builder: Builder, manifests: Manifests, placed: Placed, hub: Node, host: str, cluster: str) -> None:
        self.builder, self.manifests, self.placed, self.hub = builder, manifests, placed, hub
        self.host, self.cluster = host, cluster
        self.anything = False

    def add(self, grant: Grant) -> None:
        rules = grant.rules
        everywhere = grant.namespace is None
        where = "in the whole cluster" if everywhere else f"in namespace {grant.namespace}"
        if everywhere and (grant.name == "cluster-admin" or any(_everything(rule) for rule in rules)):
            self._open(self._whole(), f"role {grant.name} may do everything in the cluster", 0.95, grant)
            return
        takeover = _first(rules, _TAKEOVERS if everywhere else ())
        if takeover:
            self._open(self._whole(), f"role {grant.name} {takeover}: it can make itself administrator", 0.9, grant)
        if everywhere and (allowed := _first(rules, (("nodes/proxy", ("get", "create")),))):
            self._open(self.host, f"role {grant.name} {allowed}: it can run commands in every pod of a node", 0.8, grant)
        all_rights = grant.name in ("admin", "cluster-admin", "edit") and not rules
        reads = _first(rules, (("secrets", rbac.READ),))
        takes = _first(rules, _TAKEOVERS_OF_NAMESPACE)
        makes = _first(rules, tuple((kind, ("create", "update", "patch")) for kind in rbac.WORKLOADS))
        runs = _first(rules, tuple((kind, ("create", "get", "update", "patch")) for kind in _EXEC))
        if reads or takes or all_rights:
            names = frozenset[str]() if takes or all_rights else _names(rules, "secrets", rbac.READ)
            self._secrets(grant, f"role {grant.name} {reads or takes or 'may read Secrets'} {where}", names)
        if makes or all_rights:
            text = f"role {grant.name} {makes or 'may create pods'} {where}"
            self._secrets(grant, f"{text}: pods can mount the Secrets")
            if self._allows_privileged(grant.namespace):
                self._open(self.host, f"{text}, including privileged ones: no Pod Security Standard is enforced", 0.8, grant)
        if runs or all_rights:
            self._pods(grant, f"role {grant.name} {runs or 'may run commands in pods'} {where}")

    def _open(self, target: str, text: str, ease: float, grant: Grant) -> None:
        self.anything = True
        self.builder.edge(self.hub.id, target, Reason("role", text, ease, (grant.place,)))

    def _whole(self) -> str:
        if self.cluster not in self.builder.nodes:
            cluster = Node(self.cluster, "cluster", "the whole cluster")
            inhabit(self.builder, cluster, ())
            reason = Reason("host", "administrators of the cluster control its nodes", 0.95)
            self.builder.edge(self.cluster, self.host, reason)
        return self.cluster

    def _secrets(self, grant: Grant, text: str, names: frozenset[str] = frozenset()) -> None:
        """Adds a way to the Secrets with these names; without names, to all of the grant's namespace."""
        namespace = grant.namespace
        if names:
            for name in sorted(names)[:20]:
                id = f"secret:{namespace or self.hub.group}:{name}"
                self.builder.add(Node(id, "secret", f"Secret {name}", namespace or self.hub.group, (grant.place,)))
                self._open(id, text, 0.9, grant)
            return
        title = f"every Secret of namespace {namespace}" if namespace else "every Secret of the cluster"
        every = Node(f"secrets:{namespace or ''}", "secret", title, namespace or "", (grant.place,))
        self._open(self.builder.add(every), text, 0.9, grant)

    def _pods(self, grant: Grant, text: str) -> None:
        title = f"pods of namespace {grant.namespace}" if grant.namespace else "every pod"
        hub = Node(f"namespace:{grant.namespace or ''}", "namespace", title, grant.namespace or "", (grant.place,))
        if hub.id not in self.builder.nodes:
            self.builder.add(hub)
            for node in self.placed.nodes():
                if grant.namespace in (None, node.group):
                    reason = Reason("role", f"a shell in {node.name}", 0.95, node.places)
                    self.builder.edge(hub.id, node.id, reason)
        self._open(hub.id, text, 0.9, grant)

    def _allows_privileged(self, namespace: str | None) -> bool:
        if namespace is None:
            return True
        found = self.manifests.named("Namespace", namespace)
        level = found.labels.text("pod-security.kubernetes.io/enforce") if found else ""
        return level not in ("baseline", "restricted")


def _grant(manifests: Manifests, binding: Resource) -> Grant | None:
    reference = binding.body.map("roleRef")
    role = rbac.role_of(manifests, binding)
    known = reference.text("kind") == "ClusterRole" and reference.text("name") in ("cluster-admin", "admin", "edit")
    if role is None and not known:
        return None
    return Grant(
        name=reference.text("name"),
        rules=tuple(rbac.rules_of(manifests, role)) if role else (),
        namespace=None if binding.lower == "clusterrolebinding" else binding.namespace or "default",
        place=Location(binding.path, binding.node.line_of("roleRef")),
    )


def _has_token(manifests: Manifests, pod: Pod) -> bool:
    own = pod.node.get("automountServiceAccountToken")
    if own is None:
        account = manifests.named("ServiceAccount", pod.service_account, namespace_of(pod))
        own = account.body.get("automountServiceAccountToken") if account else None
    return own is not False


def _everything(rule: Rule) -> bool:
    return "*" in rule.verbs and "*" in rule.resources and "*" in rule.groups


def _first(rules: Iterable[Rule], wanted: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """A description of the first of the wanted permissions that a rule grants; "" if none does."""
    wanted = tuple(wanted)
    for rule in rules:
        for resource, verbs in wanted:
            if found := grants(rule, resource, verbs, wildcard=True):
                return f"may {', '.join(sorted(found))} {resource}"
    return ""


def _names(rules: Iterable[Rule], resource: str, verbs: tuple[str, ...]) -> frozenset[str]:
    """The names that all granting rules are limited to; empty if one of them has no limit."""
    granting = [rule for rule in rules if grants(rule, resource, verbs, wildcard=True)]
    if not granting or any(not rule.names for rule in granting):
        return frozenset()
    return frozenset(name for rule in granting for name in rule.names)
