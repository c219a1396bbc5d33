"""Admin console is reachable from outside."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.images import image_name
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

CONSOLES = frozenset(  # by the name of the image, the workload or the Service
    (
        *("adminer", "airflow-webserver", "argo-server", "argocd-server", "hubble-ui", "jenkins", "jupyterhub", "kibana"),
        *("kubeflow", "kubernetes-dashboard", "longhorn-frontend", "mongo-express", "nifi", "pgadmin4", "phpmyadmin"),
        *("portainer", "prometheus", "prometheus-deployment", "prometheus-server", "rancher", "spark-master-ui"),
        *("traefik-dashboard", "weave-scope-app"),
    )
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service, how in network_policy.exposed_services(manifests):
        pods = network_policy.backends(manifests, service)
        names = [service.name, *(pod.resource.name for pod in pods)]
        names += [image_name.parse(container.image).last for pod in pods for container in pod.containers]
        for name in [name for name in names if name in CONSOLES][:1]:
            yield at(service, f"lets {name} be reached from outside ({how})", "spec", "type")


CHECK = Check(
    id="NWP-021",
    title="Admin console is reachable from outside",
    severity="high",
    why="Such consoles run commands or show data for everyone who gets in, some without a log-in; scanners look for them.",
    fix="Use type: ClusterIP, and kubectl port-forward or a proxy that authenticates.",
    references=(
        "CWE-306",
        "CWE-668",
    ),
    inspect=inspect,
)
