"""Service adds a dangerous capability."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

DANGEROUS = frozenset(
    (
        *("BPF", "CHECKPOINT_RESTORE", "DAC_READ_SEARCH", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "NET_ADMIN"),
        *("NET_RAW", "PERFMON", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_TIME", "SYSLOG"),
    )
)


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if found := service.added & DANGEROUS:
            yield below(service, f"adds {', '.join(sorted(found))}", "cap_add")


CHECK = Check(
    id="CMP-014",
    title="Service adds a dangerous capability",
    severity="high",
    why="The capability gives root's power over the kernel, the network or the files of the host.",
    fix="Remove it from cap_add, or replace it by the narrower capability that is needed.",
    references=(
        "CIS Docker 5.4",
        "CWE-250",
    ),
    inspect=inspect,
)
