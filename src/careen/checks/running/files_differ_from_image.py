"""Files of a container differ from its image (drift)."""

import re
from collections.abc import Iterator, Sequence

from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place

# Folders of programs and configuration; other files change in normal operation.
WATCHED = re.compile(
    r"/(?:usr/(?:local/)?)?(?:s?bin|lib(?:32|64|exec)?)/."
    r"|/etc/(?!(?:hosts|hostname|resolv\.conf|mtab|ld\.so\.cache)$|ssl/certs/).|/(?:root|home/[^/]+)/\.\w"
)


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for container in containers:
        paths = [change.path for change in container.changes if WATCHED.match(change.path)]
        leaves = [path for path, after in zip(paths, [*paths[1:], ""], strict=False) if not after.startswith(path + "/")]
        if leaves:
            more = f" and {len(leaves) - 5} more" if len(leaves) > 5 else ""
            yield Place(f"container {container.name} has changed {', '.join(leaves[:5])}{more}", path=container.name)


CHECK = Check(
    id="RTM-004",
    title="Files of a container differ from its image (drift)",
    severity="medium",
    why=(
        "Somebody installed or changed programs or configuration after the start, possibly an attacker. A scan of the "
        "image does not see them."
    ),
    fix="Check docker diff, then recreate the container from its image; set read_only to prevent changes.",
    references=(
        "CIS Docker 5.13",
        "CWE-353",
    ),
    inspect=inspect,
)
