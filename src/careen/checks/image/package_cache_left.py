"""Package cache is left in the image."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place

CACHES = (
    ("var/cache/apt/archives/", ".deb", "packages of apt"),
    ("var/lib/apt/lists/", "", "lists of apt"),
    ("var/cache/apk/", "", "packages of apk"),
    ("var/cache/dnf/", "", "the cache of dnf"),
    ("var/cache/yum/", "", "the cache of yum"),
    ("root/.cache/pip/", "", "the cache of pip"),
    ("root/.npm/_cacache/", "", "the cache of npm"),
    ("root/.cache/go-build/", "", "the cache of Go"),
    ("root/.composer/cache/", "", "the cache of Composer"),
)


def inspect(document: ImageDocument) -> Iterator[Place]:
    for folder, end, what in CACHES:
        for entry in document.filesystem.entries:
            if (
                entry.path.startswith(folder)
                and entry.path.endswith(end)
                and not entry.path.endswith(("/lock", "/.keep"))
                and entry.kind == "f"
            ):
                yield Place(f"/{folder.rstrip('/')} holds {what}", path=entry.path)
                break


CHECK = Check(
    id="IMG-024",
    title="Package cache is left in the image",
    severity="negligible",
    why="The cache makes the image larger, and old package lists show an attacker which updates are missing.",
    fix=(
        "Remove it in the step that creates it (apt-get clean, rm -rf /var/lib/apt/lists/*), or mount a cache (RUN "
        "--mount=type=cache)."
    ),
    references=("Dockle DKL-DI-0005",),
    inspect=inspect,
)
