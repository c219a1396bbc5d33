"""What statements of a namespace say of a version, for the database's guard: whether one of them holds it."""

from collections.abc import Sequence
from functools import cache

from careen.app.outlines import catalogers
from careen.database.guard import Judge
from careen.matching.keys import Keys
from careen.matching.ranges import NOT_AFFECTED, hit, spellings
from careen.model.advisory import Advisory
from careen.plugins import Named, VersionScheme

# Of distributions, whose namespaces are "id:release" or the id alone.
_SCHEMES = {
    "alpaquita": "apk", "alpine": "apk", "bellsoft-hardened-containers": "apk", "chainguard": "apk", "minimos": "apk",
    "wolfi": "apk", "debian": "deb", "echo": "deb", "ubuntu": "deb", "ubuntu-pro": "deb",
    "almalinux": "rpm", "amzn": "rpm", "anolis": "rpm", "azurelinux": "rpm", "fedora": "rpm", "mariner": "rpm", "ol": "rpm",
    "openeuler": "rpm", "opensuse-leap": "rpm", "opensuse-tumbleweed": "rpm", "photon": "rpm", "rhel": "rpm", "rocky": "rpm",
    "sle-micro": "rpm", "sl-micro": "rpm", "sles": "rpm", "sles-ltss": "rpm",
}  # fmt: skip


def meaning() -> Judge:
    """A judge that takes every version of an order it does not know for unaffected, and so sees no change there."""
    keys = Keys(Named("careen.versions", "VERSION_SCHEME", VersionScheme))

    @cache
    def languages() -> dict[str, str]:  # most runs judge nothing, and catalogers are many
        ecosystems = (cataloger.ecosystem for cataloger in catalogers())
        return {one.namespace: one.scheme for one in ecosystems if one.namespace}

    def judge(namespace: str, said: Sequence[Advisory], version: str) -> bool:
        scheme = _SCHEMES.get(namespace.partition(":")[0]) or languages().get(namespace)
        if scheme is None:
            return False
        accusing = [one for one in said if one.status not in NOT_AFFECTED]
        written = spellings(version, accusing, keys[scheme])
        return any(hit(one, version, keys[scheme], written) for one in accusing)

    return judge
