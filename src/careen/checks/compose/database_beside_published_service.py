"""Database shares a network with a published service."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.images import image_name
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

DATABASES = frozenset(
    (
        *("cassandra", "clickhouse-server", "cockroach", "couchdb", "elasticsearch", "etcd", "influxdb", "mariadb"),
        *("memcached", "mongo", "mssql", "mysql", "neo4j", "opensearch", "percona", "postgis", "postgres", "redis", "valkey"),
    )
)


def inspect(compose: Compose) -> Iterator[Place]:
    edges = [service for service in compose.services if any(port.everywhere for port in service.ports())]
    for service in compose.services:
        if image_name.parse(service.image).last not in DATABASES or len(compose.services) < 3:
            continue
        for edge in edges:
            shared = sorted(set(edge.networks()) & set(service.networks()))
            if edge is not service and shared:
                yield below(service, f"is on network {shared[0]} with the published service {edge.name}", "networks")


CHECK = Check(
    id="CMP-036",
    title="Database shares a network with a published service",
    severity="low",
    why="An attacker who breaks into the published service can connect to the database directly.",
    fix="Put a service with the application logic between them, with a separate network for each side.",
    references=(
        "CIS Docker 5.30",
        "CWE-653",
    ),
    inspect=inspect,
    default=False,
)
