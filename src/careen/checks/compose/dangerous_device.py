"""Device gives access to memory or disks of the host."""

import re
from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

DANGEROUS = re.compile(r"/dev/?$|/dev/(?:k?mem|port|sd[a-z]|nvme\d|vd[a-z]|xvd[a-z]|hd[a-z]|dm-|mapper/|disk/|loop)")


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for index, device in enumerate(service.node.seq("devices")):
            source = device.text("source") if isinstance(device, Mapping) else as_text(device).partition(":")[0]
            if DANGEROUS.match(source):
                yield below(service, f"has the device {source}", "devices", index)


CHECK = Check(
    id="CMP-020",
    title="Device gives access to memory or disks of the host",
    severity="critical",
    why="The container reads and writes host data past every file system and permission.",
    fix="Remove the device from devices.",
    references=(
        "CIS Docker 5.18",
        "CWE-250",
    ),
    inspect=inspect,
)
