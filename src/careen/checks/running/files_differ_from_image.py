"""Programs or configuration of a running container differ from its image."""

import re
from collections.abc import Iterator, Sequence

from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place

# Where programs and what steers them lie; the rest of a container may well change.
WATCHED = re.compile(
    r"/(?:usr/(?:local/)?)?(?:s?bin|lib(?:32|64|exec)?)/."
    r"|/etc/(?!(?:hosts|hostname|resolv\.conf|mtab|ld\.so\.cache)$|ssl/certs/).|/(?:root|home/[^/]+)/\.\w"
)


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for one in containers:
        paths = [change.path for change in one.changes if WATCHED.match(change.path)]
        leaves = [path for path, after in zip(paths, [*paths[1:], ""], strict=False) if not after.startswith(path + "/")]
        if leaves:
            more = f" and {len(leaves) - 5} more" if len(leaves) > 5 else ""
            yield Place(f"container {one.name} has changed {', '.join(leaves[:5])}{more}", path=one.name)


CHECK = Check(
    id="RTM-004",
    title="Programs or configuration of a running container differ from its image",
    severity="medium",
    why=(
        "They were installed or changed after the start: by somebody at work in the container, or by an intruder. No scan of "
        "the image sees them."
    ),
    fix="Look at docker diff, find out who did it, and start the container anew from its image; read_only keeps it so.",
    references=(
        "CIS Docker 5.13",
        "CWE-353",
    ),
    inspect=inspect,
)
