"""The permissions that roles and bindings of a set of manifests grant.

**Source:** https://kubernetes.io/docs/reference/access-authn-authz/rbac/ and .../concepts/security/rbac-good-practices/
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from careen.formats.data.yaml_document import Mapping

from .manifest_files import Manifests, Pod, Resource, Rule, built_in, grants
from .selectors import matches

READ = ("get", "list", "watch")
WRITE = ("create", "update", "patch", "delete", "deletecollection")
ANY = (*READ, *WRITE, "impersonate")
WORKLOADS = (
    *("pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs"),
    *("podtemplates",),
)
EVERYONE = frozenset(("system:anonymous", "system:unauthenticated"))


class Granted(Struct, frozen=True):
    """A rule that grants some of the wanted permissions: ``verbs`` are those it grants on ``resource``, the first of
    the wanted resources that it covers."""

    rule: Rule
    resource: str
    verbs: frozenset[str]

    @property
    def description(self) -> str:
        return f"may {', '.join(sorted(self.verbs))} {self.resource}"


def granting(manifests: Manifests, resources: Iterable[str], verbs: Iterable[str], wildcard: bool = False) -> Iterator[Granted]:
    """Each rule that grants one of the verbs on one of the resources; ``wildcard`` as in ``grants``."""
    resources, verbs = tuple(resources), tuple(verbs)
    for rule in manifests.rules:
        for resource in resources:
            if found := grants(rule, resource, verbs, wildcard):
                yield Granted(rule, resource, found)
                break


def account(binding: Resource, subject: Mapping) -> tuple[str, str] | None:
    """(namespace, name) of the service accounts that a subject of a binding names; None if it names none.

    An empty name stands for all accounts of the namespace, an empty namespace for those of all namespaces.
    """
    kind, name = subject.text("kind"), subject.text("name")
    system, _, rest = name.partition(":")
    what, _, rest = rest.partition(":")
    if kind == "ServiceAccount":
        return subject.text("namespace") or binding.namespace or "default", name
    if kind == "User" and (system, what) == ("system", "serviceaccount"):
        namespace, _, own = rest.partition(":")
        return (namespace, own) if namespace and own else None
    if kind == "Group" and (system, what) == ("system", "serviceaccounts"):
        return rest, ""
    return ("", "") if kind == "Group" and name == "system:authenticated" else None


def subjects(binding: Resource) -> list[Mapping]:
    return binding.body.maps("subjects")


def role_of(manifests: Manifests, binding: Resource) -> Resource | None:
    """The role of a binding, if it is in the set; a Role must be in the binding's namespace."""
    reference = binding.body.map("roleRef")
    namespace = binding.namespace if reference.text("kind").lower() == "role" else None
    return manifests.named(reference.text("kind"), reference.text("name"), namespace)


def rules_of(manifests: Manifests, role: Resource) -> list[Rule]:
    """The rules of a role, with those of the ClusterRoles that it aggregates, directly or by others.

    Raises: ValueError if there are too many pairs of roles.
    """
    found, waiting = {id(role): role}, [role]
    while waiting:
        for selector in waiting.pop().body.map("aggregationRule").maps("clusterRoleSelectors"):
            for other in manifests.of("ClusterRole"):
                manifests.count_pairs(1)
                if id(other) not in found and matches(other.labels, selector):
                    found[id(other)] = other
                    waiting.append(other)
    return [Rule(part, node) for part in found.values() for node in part.body.maps("rules")]


def making_and_binding(manifests: Manifests, bindings: str) -> Iterator[Rule]:
    """Yields, for each role that may create ``bindings`` and bind any role, the rule that allows it to create them."""
    for role in manifests.roles:
        rules = rules_of(manifests, role)
        makes = [rule for rule in rules if grants(rule, bindings, ("create",))]
        binds = any(grants(rule, kind, ("bind",)) for rule in rules for kind in ("roles", "clusterroles"))
        if makes and binds and not built_in(role.name):
            yield makes[0]


def allows_everything(manifests: Manifests, role: Resource) -> bool:
    """Whether one rule of the role grants all verbs on all resources, by wildcards or by listing every verb."""
    return any(
        "*" in rule.groups
        and "*" in rule.resources
        and ("*" in rule.verbs or rule.verbs >= {*READ, *WRITE} - {"deletecollection"})
        for rule in rules_of(manifests, role)
    )


def bound(manifests: Manifests, kind: str, role_kind: str) -> Iterator[tuple[Resource, str, Resource | None]]:
    """The bindings of ``kind`` to a role of ``role_kind``, each with the role's name, and the role if it is in the
    set; without built-in bindings."""
    for binding in manifests.of(kind):
        reference = binding.body.map("roleRef")
        if reference.text("kind").lower() == role_kind.lower() and not built_in(binding.name):
            yield binding, reference.text("name"), role_of(manifests, binding)


def administrators(manifests: Manifests, kind: str, role_kind: str) -> Iterator[tuple[Resource, str]]:
    """Bindings that make their subjects administrators, with the name of the role."""
    for binding, name, role in bound(manifests, kind, role_kind):
        if (role_kind == "ClusterRole" and name == "cluster-admin") or (
            role is not None and allows_everything(manifests, role)
        ):
            yield binding, name


def shells(manifests: Manifests, kind: str, role_kind: str) -> Iterator[tuple[Resource, str]]:
    """Bindings that let their subjects run commands in containers (exec, attach), with the name of the role."""
    for binding, name, role in bound(manifests, kind, role_kind):
        if role is not None and any(
            grants(rule, resource, ("create", "get"), wildcard=True)
            for rule in rules_of(manifests, role)
            for resource in ("pods/exec", "pods/attach")
        ):
            yield binding, name


def bindings_by_pod(manifests: Manifests) -> Iterator[tuple[Pod, Resource]]:
    """Each pod with each binding of its service account, or of a group of service accounts, if it gets a token.

    Raises: ValueError if there are too many pairs.
    """
    by_account = _account_bindings(manifests)
    for pod in manifests.pods if by_account else ():
        namespace = pod.resource.namespace or "default"
        if manifests.mounts_token(pod):
            for key in ((namespace, pod.service_account), (namespace, ""), ("", "")):
                found = by_account.get(key, ())
                manifests.count_pairs(len(found))
                yield from ((pod, binding) for binding in found)


def _account_bindings(manifests: Manifests) -> dict[tuple[str, str], list[Resource]]:
    """The bindings by the service account that they name, as by ``account``."""
    found: dict[tuple[str, str], list[Resource]] = {}
    for binding in manifests.bindings:
        for subject in subjects(binding):
            key = account(binding, subject)
            if key is not None:
                found.setdefault(key, []).append(binding)
    return found
