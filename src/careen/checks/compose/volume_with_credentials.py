"""Volume with credentials or insecure mount options."""

import re
from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

PASSWORD = re.compile(r"\bpass(?:word)?=(?![$,]|$)")
WEAK = re.compile(r"\bnolock\b|\bsec=(?:sys|none)\b")


def inspect(compose: Compose) -> Iterator[Place]:
    for volume in compose.volumes.values():
        options = volume.node.text("driver_opts", "o")
        if PASSWORD.search(options):
            yield below(volume, "has a password in its options", "driver_opts", "o")
        elif volume.node.text("driver_opts", "type").startswith("nfs") and WEAK.search(options):
            yield below(volume, f"is mounted with {options}", "driver_opts", "o")


CHECK = Check(
    id="CMP-006",
    title="Volume with credentials or insecure mount options",
    severity="medium",
    why="The password of the file server is in the file, or the server trusts any client that sends the right user id.",
    fix="Mount the share on the host with a credentials file, or use Kerberos.",
    references=(
        "CWE-522",
        "CWE-798",
    ),
    inspect=inspect,
)
