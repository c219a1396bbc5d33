"""Caches of package managers that are left in the layer."""

from collections.abc import Iterator
from functools import partial

from careen.checks.steps import left_behind, of_call, removes, shown
from careen.formats.dockerfile.stages import Call, Dockerfile
from careen.plugins import Check, Place

_WHY = "Downloaded packages and metadata make the image larger and are never used again."


def _leaves(
    tools: tuple[str, ...], actions: tuple[str, ...], cleaning: tuple[str, ...], folders: tuple[str, ...], document: Dockerfile
) -> Iterator[Place]:
    """Yields steps that fill the cache of a tool and do not clean it. ``cleaning`` are the arguments with which
    ``clean`` empties the whole cache."""

    def fills(call: Call) -> bool:
        return call.package is not None and call.package.tool in tools and call.package.action in actions

    def cleans(call: Call) -> bool:
        if call.package is not None and call.package.tool in tools and call.package.action == "clean":
            return set(cleaning) <= set(call.package.options.words)
        return removes(call, *folders)

    for call in left_behind(document, fills, cleans, *folders):
        yield of_call(call, shown(call.command.words))


CHECKS = (
    Check(
        id="DKR-060",
        title="yum cache is left in the layer",
        severity="negligible",
        why=_WHY,
        fix="Add yum clean all to the same RUN, or mount a cache.",
        references=("Hadolint DL3032", "Trivy DS-0015"),
        inspect=partial(
            _leaves, ("yum",), ("install", "upgrade", "groupinstall"), ("all",), ("/var/cache/yum", "/var/cache/dnf")
        ),
    ),
    Check(
        id="DKR-061",
        title="dnf cache is left in the layer",
        severity="negligible",
        why=_WHY,
        fix="Add dnf clean all to the same RUN, or mount a cache.",
        references=("Hadolint DL3040", "Trivy DS-0019", "Trivy DS-0027"),
        inspect=partial(
            _leaves,
            ("dnf", "microdnf"),
            ("install", "upgrade", "groupinstall"),
            ("all",),
            ("/var/cache/libdnf5", "/var/cache/dnf", "/var/cache/yum"),
        ),
    ),
    Check(
        id="DKR-062",
        title="zypper cache is left in the layer",
        severity="negligible",
        why=_WHY,
        fix="Add zypper clean --all to the same RUN, or mount a cache.",
        references=("Hadolint DL3036", "Trivy DS-0020"),
        inspect=partial(_leaves, ("zypper",), ("install", "upgrade", "dist-upgrade"), (), ("/var/cache/zypp",)),
    ),
)
