"""The API of a Kubernetes cluster on loopback, with the shapes of its reference, and objects as its server returns them."""

import json
from urllib.parse import parse_qs, urlsplit

from tests.support.servers import Answer, Request, Server

PLURALS = {
    "Deployment": "/apis/apps/v1/deployments", "StatefulSet": "/apis/apps/v1/statefulsets",
    "DaemonSet": "/apis/apps/v1/daemonsets",
    "ReplicaSet": "/apis/apps/v1/replicasets", "Pod": "/api/v1/pods", "Service": "/api/v1/services",
    "Namespace": "/api/v1/namespaces", "ServiceAccount": "/api/v1/serviceaccounts", "CronJob": "/apis/batch/v1/cronjobs",
    "Job": "/apis/batch/v1/jobs", "NetworkPolicy": "/apis/networking.k8s.io/v1/networkpolicies",
    "Ingress": "/apis/networking.k8s.io/v1/ingresses", "Role": "/apis/rbac.authorization.k8s.io/v1/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "PersistentVolumeClaim": "/api/v1/persistentvolumeclaims",
}  # fmt: skip


class Cluster:
    """``objects`` as people write them; the server adds what only it knows. ``denied`` are paths of lists, ``tokens`` those
    of users. ``gone``: how many continued lists have expired."""

    def __init__(self, objects, tokens=("t0ken",), denied=(), page=100, **server) -> None:
        self.objects, self.tokens, self.denied, self.page, self.gone = objects, set(tokens), set(denied), page, 0
        self.server = Server(self._answer, **server)

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *failure) -> None:
        self.server.__exit__(*failure)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def paths(self) -> list[str]:
        return [urlsplit(request.path).path for request in self.server.requests]

    def _answer(self, request: Request) -> Answer:
        parts = urlsplit(request.path)
        if self.tokens and request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Answer(401, b'{"kind":"Status","reason":"Unauthorized"}')
        path, namespace = parts.path, None
        if "/namespaces/" in path:
            before, _, after = path.partition("/namespaces/")
            namespace, _, plural = after.partition("/")
            path = f"{before}/{plural}"
        kind = next((kind for kind, known in PLURALS.items() if known == path), None)
        if path in self.denied:
            return Answer(403, b'{"kind":"Status","reason":"Forbidden"}')
        if kind is None:
            return Answer(404, b'{"kind":"Status","reason":"NotFound"}')
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        start = int(query.get("continue", "0"))
        if start and self.gone:
            self.gone -= 1
            return Answer(410, b'{"kind":"Status","reason":"Expired"}')
        found = [each for each in self.objects if each["kind"] == kind]
        found = [each for each in found if namespace in (None, each["metadata"].get("namespace"))]
        size = min(self.page, int(query["limit"]))
        metadata = {"resourceVersion": "77"} | ({"continue": str(start + size)} if len(found) > start + size else {})
        items = [_as_served(number, each) for number, each in enumerate(found[start : start + size])]
        version = found[0]["apiVersion"] if found else "v1"
        document = {"kind": f"{kind}List", "apiVersion": version, "metadata": metadata, "items": items}
        return Answer(body=json.dumps(document).encode(), headers={"Content-Type": "application/json"})


def _as_served(number: int, item):
    """Without apiVersion and kind, which only the list has; with what the server knows."""
    body = {key: value for key, value in item.items() if key not in ("apiVersion", "kind")}
    known = {
        "uid": f"00000000-0000-0000-0000-{number:012}", "resourceVersion": str(number), "generation": 3,
        "creationTimestamp": "2026-01-01T00:00:00Z", "managedFields": [{"manager": "kubectl", "operation": "Update"}],
    }  # fmt: skip
    annotations = {
        **item["metadata"].get("annotations", {}), "kubectl.kubernetes.io/last-applied-configuration": json.dumps(item),
    }  # fmt: skip
    return {**body, "metadata": {**item["metadata"], **known, "annotations": annotations}, "status": {"replicas": 1}}


def workloads(count: int):
    """Namespaces with workloads of all kinds, some careless, and what belongs to them."""
    objects = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"team{number}", "labels": {"team": str(number)}}}
        for number in range(5)
    ]
    kinds = (("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("batch/v1", "CronJob"))
    for number in range(count):
        version, kind = kinds[number % len(kinds)]
        name, namespace = f"app{number}", f"team{number % 5}"
        template = {"metadata": {"labels": {"app": name}}, "spec": _pod(number)}
        spec = {"selector": {"matchLabels": {"app": name}}, "template": template}
        if kind == "CronJob":
            template["spec"]["restartPolicy"] = "Never"
            spec = {"schedule": "0 * * * *", "jobTemplate": {"spec": {"template": template}}}
        metadata = {"name": name, "namespace": namespace}
        objects.append({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})
        if number % 3 == 0:
            ports = {"selector": {"app": name}, "ports": [{"port": 80}], "type": "LoadBalancer" if number % 2 else "ClusterIP"}
            objects.append({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": ports})
        if number % 50 == 0:
            objects += _around(name, namespace)
    return objects


def _pod(number: int):
    container = {"name": "main", "image": f"registry.example/app{number % 40}:1", "ports": [{"containerPort": 8080}]}
    if number % 7 == 0:
        container["securityContext"] = {"privileged": True}
    if number % 5 == 0:
        container["env"] = [{"name": "DATABASE_PASSWORD", "value": "correct-horse-battery"}]
    volumes = {"volumes": [{"name": "host", "hostPath": {"path": "/var/run/docker.sock"}}]} if number % 11 == 0 else {}
    return {"serviceAccountName": "app", "containers": [container], **volumes}


def _around(name: str, namespace: str):
    metadata = {"name": name, "namespace": namespace}
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    account = [{"kind": "ServiceAccount", "name": "app", "namespace": namespace}]
    network, rbac = "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1"
    claim = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    backend = {"service": {"name": name, "port": {"number": 80}}}
    paths = {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": f"{name}-account", "namespace": namespace}},
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": claim},
        {"apiVersion": network, "kind": "NetworkPolicy", "metadata": metadata, "spec": {"podSelector": {}, "ingress": [{}]}},
        {"apiVersion": network, "kind": "Ingress", "metadata": metadata, "spec": {"rules": [{"http": paths}]}},
        {"apiVersion": rbac, "kind": "Role", "metadata": metadata, "rules": rules},
        {"apiVersion": rbac, "kind": "RoleBinding", "metadata": metadata, "roleRef": role, "subjects": account},
    ]
