"""Settings of a cluster: flags of its control plane in static pods, settings of kubelets, files of nodes.

Settings of kubelets come from ``KubeletConfiguration`` documents, from the flags of a kubelet in a container, or from reports
of node collectors (kind NodeInfo: ``info.<name>.values``, permissions as octal digits). All have the names of ``KUBELET``.

**Source:** CIS Kubernetes Benchmark 1.9, sections 1, 2 and 4; https://kubernetes.io/docs/reference/command-line-tools-reference/
"""

from collections.abc import Iterator

from careen.formats.data.yaml_document import Mapping

from .manifest_files import Container, Manifests, Resource, flags

# Our name of a kubelet setting: its keys in a KubeletConfiguration, its name in a collector's report.
KUBELET: dict[str, tuple[tuple[str, ...], str]] = {
    "anonymous-auth": (("authentication", "anonymous", "enabled"), "kubeletAnonymousAuthArgumentSet"),
    "authorization-mode": (("authorization", "mode"), "kubeletAuthorizationModeArgumentSet"),
    "client-ca-file": (("authentication", "x509", "clientCAFile"), "kubeletClientCaFileArgumentSet"),
    "read-only-port": (("readOnlyPort",), "kubeletReadOnlyPortArgumentSet"),
    "streaming-connection-idle-timeout": (
        ("streamingConnectionIdleTimeout",),
        "kubeletStreamingConnectionIdleTimeoutArgumentSet",
    ),
    "protect-kernel-defaults": (("protectKernelDefaults",), "kubeletProtectKernelDefaultsArgumentSet"),
    "make-iptables-util-chains": (("makeIPTablesUtilChains",), "kubeletMakeIptablesUtilChainsArgumentSet"),
    "hostname-override": ((), "kubeletHostnameOverrideArgumentSet"),
    "event-qps": (("eventRecordQPS",), "kubeletEventQpsArgumentSet"),
    "tls-cert-file": (("tlsCertFile",), "kubeletTlsCertFileTlsArgumentSet"),
    "tls-private-key-file": (("tlsPrivateKeyFile",), "kubeletTlsPrivateKeyFileArgumentSet"),
    "rotate-certificates": (("rotateCertificates",), "kubeletRotateCertificatesArgumentSet"),
    "rotate-server-certificates": (("serverTLSBootstrap",), "kubeletRotateKubeletServerCertificateArgumentSet"),
    "tls-cipher-suites": (("tlsCipherSuites",), "kubeletOnlyUseStrongCryptographic"),
    "pod-max-pids": (("podPidsLimit",), ""),  # not collected
}
_FLAG_DEFAULTS = {"read-only-port": "10255"}  # of flags alone: a file of settings has other defaults


def without_flag(manifests: Manifests, component: str, *names: str) -> Iterator[tuple[Container, str]]:
    """The containers of a component that lack one of the flags, with the flags they lack."""
    for container in manifests.components.get(component, ()):
        there = _flags(component, container)
        if missing := [f"--{name}" for name in names if name not in there]:
            yield container, " and ".join(missing)


def flag(manifests: Manifests, component: str, name: str) -> Iterator[tuple[Container, str]]:
    """The containers of a component, each with its value of that flag; "" if it is not set."""
    for container in manifests.components.get(component, ()):
        yield container, _flags(component, container).get(name, "")


def _flags(component: str, container: Container) -> dict[str, str]:
    """The flags on the command line of a component; etcd takes them from the environment too (``ETCD_CERT_FILE``)."""
    found = {}
    for variable in container.node.maps("env") if component == "etcd" else ():
        prefix, _, name = variable.text("name").partition("_")
        if prefix == "ETCD":
            found[name.lower().replace("_", "-")] = variable.text("value")
    return found | flags(container)


def listed(value: str) -> frozenset[str]:
    """The items of a comma-separated value."""
    return frozenset(item.strip() for item in value.split(",") if item.strip())


def kubelet(manifests: Manifests, name: str) -> Iterator[tuple[Resource | Container, str | None, tuple[str, ...]]]:
    """Each kubelet with its value of a setting (None if it is not set) and the keys of the setting in its resource.

    Skipped are a collector's report without the setting, and a kubelet without the flag that has a file of settings:
    its value is unknown.
    """
    keys, reported = KUBELET[name]
    for container in manifests.components.get("kubelet", ()):
        there = flags(container)
        if name in there or "config" not in there:
            yield container, there.get(name, _FLAG_DEFAULTS.get(name)), ("command",)
    for resource in manifests.of("KubeletConfiguration"):
        if keys:
            values = resource.body.texts(*keys)
            yield resource, ",".join(values) if values else None, keys
    for resource in manifests.of("NodeInfo"):
        info = resource.body.map("info")
        if reported in info:
            values = info.map(reported).texts("values")
            yield resource, ",".join(values) if values else None, ("info", reported, "values")


def node_files(manifests: Manifests, ending: str) -> Iterator[tuple[Resource, str, list[str]]]:
    """The facts about node files whose name ends with ``ending``, in collectors' reports, with their values."""
    for resource in manifests.of("NodeInfo"):
        info = resource.body.map("info")
        for name, fact in info.items():
            if name.rstrip("s").endswith(ending) and isinstance(fact, Mapping):
                yield resource, name, fact.texts("values")
