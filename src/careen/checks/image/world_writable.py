"""World-writable program, program folder or configuration."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    started = frozenset(document.programs)
    for entry in document.filesystem.entries:
        if entry.kind not in "fhd" or not entry.mode & 0o002:
            continue
        folder = "/" + entry.path if entry.kind == "d" else "/" + entry.path.rpartition("/")[0]
        believed = folder in document.search_path or entry.path.startswith(BELIEVED) or entry.path in started
        if believed and (entry.kind == "d" or entry.path in started or entry.mode & 0o111 or entry.path.startswith(BELIEVED)):
            yield Place(f"everybody may write to /{entry.path} (mode {entry.mode & 0o7777:04o})", path=entry.path)


# Files that programs of root read.
BELIEVED = (
    "etc/cron.", "etc/crontab", "etc/passwd", "etc/shadow", "etc/group", "etc/sudoers", "etc/ld.so.", "etc/profile",
    "etc/init.d/", "etc/ssh/", "etc/pam.d/", "var/spool/cron/", "root/.ssh/", "root/.bashrc", "root/.profile",
)  # fmt: skip


CHECK = Check(
    id="IMG-008",
    title="World-writable program, program folder or configuration",
    severity="high",
    why="Any process of the container can plant code there that others, including root, run.",
    fix="Remove the write permission of others: chmod o-w.",
    references=("CWE-732",),
    inspect=inspect,
    line="RUN chmod o-w /{path}",
)
