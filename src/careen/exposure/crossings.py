"""The ways out of a container (engine sockets, privileges, host paths), and the images that are databases.

The numbers are estimates of the likelihood that an attacker in the container gets out; docs/exposure.md lists them.

**Source:** capabilities(7); Docker, "Protect the Docker daemon socket"; Kubernetes, Pod Security Standards
(baseline).
"""

import re

from msgspec import Struct

from careen.formats.images import image_name
from careen.formats.services.socket_folders import has_engine_socket

from .graph import User, Way

SOCKET = re.compile(
    r"(?:docker|dockershim|containerd|containerd-[\w.-]{1,40}|crio|cri-dockerd|podman|buildkitd|frakti)(?:[.-]\w{1,40})?\.sock$"
    r"|pipe[\\/]+docker_engine$"
)
DEVICE = re.compile(r"/dev/(?:k?mem|port|sd[a-z]|nvme\d|vd[a-z]|xvd[a-z]|hd[a-z]|dm-|mapper/|disk/)")
CAPABILITIES = {  # the likelihood that root in the container gets out with one of these
    "ALL": 0.9,
    "SYS_MODULE": 0.9,
    "SYS_ADMIN": 0.8,
    "SYS_RAWIO": 0.7,
    "DAC_READ_SEARCH": 0.6,
    "BPF": 0.3,
    "PERFMON": 0.2,
}
WITH_HOST_PROCESSES = {"SYS_PTRACE": 0.9, "ALL": 0.9, "SYS_ADMIN": 0.9}
# The likelihoods of a host path and of paths within it: mounted writable, mounted read-only.
HOST_PATHS = {
    "/": (0.95, 0.3),
    "/etc": (0.9, 0.3),
    "/etc/kubernetes": (0.9, 0.7),
    "/root": (0.9, 0.3),
    "/home": (0.6, 0.2),
    "/var": (0.8, 0.3),
    "/var/lib/kubelet": (0.9, 0.6),
    "/var/lib/etcd": (0.9, 0.7),
    "/var/lib/docker": (0.9, 0.4),
    "/var/lib/containerd": (0.9, 0.4),
    "/var/lib/containers": (0.9, 0.4),
    "/var/lib/rancher": (0.9, 0.6),
    "/var/run": (0.9, 0.9),  # it has sockets of engines, which also work if they are mounted read-only
    "/run": (0.9, 0.9),
    "/var/spool/cron": (0.9, 0.0),
    "/bin": (0.9, 0.0),
    "/sbin": (0.9, 0.0),
    "/usr": (0.9, 0.0),
    "/lib": (0.9, 0.0),
    "/lib64": (0.9, 0.0),
    "/boot": (0.8, 0.0),
    "/opt/cni": (0.9, 0.0),
    "/proc": (0.8, 0.05),
    "/sys": (0.4, 0.0),
    "/dev": (0.8, 0.3),
    "/var/log": (0.3, 0.0),
}
_WHOLE_ONLY = frozenset(("/", "/var", "/run", "/var/run", "/proc", "/dev", "/home", "/var/log", "/sys"))
_HARMLESS = ("/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo", "/etc/ssl/certs", "/etc/resolv.conf", "/etc/hosts",
             "/etc/machine-id", "/etc/os-release", "/usr/lib/os-release", "/lib/modules", "/usr/src", "/etc/pki/ca-trust",
             "/etc/ca-certificates", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates")  # fmt: skip
_KINDS = {
    "database": (
        *("arangodb", "cassandra", "clickhouse", "clickhouse-server", "cockroach", "couchbase", "couchdb", "dgraph"),
        *("elasticsearch", "etcd", "influxdb", "mariadb", "milvus", "mongo", "mongodb", "mssql", "mysql", "mysql-server"),
        *("neo4j", "opensearch", "oracle", "percona", "pgvector", "postgis", "postgres", "postgresql", "qdrant"),
        *("rethinkdb", "scylla", "solr", "tidb", "timescaledb", "timescaledb-ha", "weaviate"),
    ),
    "cache": ("dragonfly", "keydb", "memcached", "redis", "redis-stack", "redis-stack-server", "valkey"),
    "queue": ("activemq", "kafka", "nats", "pulsar", "rabbitmq", "zookeeper"),
    "store": ("consul", "minio", "registry", "vault"),
}
DATABASES = {name: kind for kind, names in _KINDS.items() for name in names}
_OPEN_TO_ALL = {
    "POSTGRES_HOST_AUTH_METHOD": ("trust",),
    **dict.fromkeys(
        ("MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "ALLOW_EMPTY_PASSWORD", "ALLOW_ANONYMOUS_LOGIN"),
        ("1", "on", "true", "yes"),
    ),
    "xpack.security.enabled": ("false",),
    "DISABLE_SECURITY_PLUGIN": ("true",),
    "NEO4J_AUTH": ("none",),
}
# Images that do not start without a password.
_ALWAYS_GUARDED = frozenset(("postgres", "postgresql", "postgis", "timescaledb", "mysql", "mysql-server", "mariadb", "percona",
                             "mssql", "minio", "rabbitmq", "vault", "oracle", "neo4j"))  # fmt: skip
OWN_USERS = 0.3  # root of a separate user namespace has no rights on the host
BY_USER: dict[User, float] = {"root": 1.0, "unknown": 0.8, "non_root": 0.4}


class Crossing(Struct, frozen=True):
    """A way out of a container, to its host. ``cut``: the change of the container that closes it."""

    way: Way
    text: str
    ease: float
    cut: str


def of_host_path(path: str, read_only: bool) -> Crossing | None:
    """The way out through a mounted host path, for root in the container."""
    if SOCKET.search(path) or (path not in HOST_PATHS and has_engine_socket(path)):
        text = f"has {path} of the host: a program that uses it starts containers as root of the host"
        return Crossing("socket", text, 0.95, f"remove the mount of {path}")
    if path.startswith(_HARMLESS):
        return None
    if not read_only and DEVICE.match(path):
        return Crossing("host_path", f"has {path} of the host: its memory or disks", 0.8, f"remove the mount of {path}")
    found = max(
        (known for known in HOST_PATHS if path == known or (known not in _WHOLE_ONLY and path.startswith(known + "/"))),
        key=len,
        default="",
    )
    if not found:
        return None
    ease = HOST_PATHS[found][1 if read_only else 0]
    if path != found:
        ease *= 0.7
    if not ease:
        return None
    how = "reads" if read_only else "writes"
    cut = f"remove the mount of {path}" if read_only or HOST_PATHS[found][1] else f"mount {path} read-only, or not at all"
    return Crossing("host_path", f"{how} {path} of the host", round(ease, 3), cut)


def of_capabilities(added: frozenset[str], host_processes: bool) -> Crossing | None:
    weights = CAPABILITIES | (WITH_HOST_PROCESSES if host_processes else {})
    best = max((name for name in added if name in weights), key=lambda name: (weights[name], name), default=None)
    if best is None:
        return None
    beside = " and sees the host's processes" if host_processes and best in WITH_HOST_PROCESSES else ""
    strong = sorted(name for name in added if name in weights)
    cut = f"drop the capabilit{'y' if len(strong) == 1 else 'ies'} {', '.join(strong)}"
    return Crossing("privilege", f"has the capability {best}{beside}", weights[best], cut)


def database(image: str) -> str:
    """The kind of store that an image is, according to its name; "" if it is not a store."""
    return DATABASES.get(image_name.parse(image).last.lower(), "")


def guarded(image: str, environment: dict[str, str | None]) -> bool:
    """Whether a database requires a password, according to the variables that its image reads."""
    if any((environment.get(name) or "").lower() in values for name, values in _OPEN_TO_ALL.items()):
        return False
    name = image_name.parse(image).last.lower()
    return name in _ALWAYS_GUARDED or any("PASSWORD" in key.upper() or key == "NEO4J_AUTH" for key in environment)
