"""Which distributions have published dates until which they give security updates.

**Source:** endoflife.date, API v0.
"""

from collections.abc import Collection, Iterator

SOURCE = "eol"
PRODUCTS = {  # product there, os-release ID here
    "almalinux": "almalinux", "alpine-linux": "alpine", "amazon-linux": "amzn", "centos": "centos", "debian": "debian",
    "fedora": "fedora", "mageia": "mageia", "opensuse": "opensuse-leap", "oracle-linux": "ol", "rhel": "rhel",
    "rocky-linux": "rocky", "sles": "sles", "ubuntu": "ubuntu", "vmware-photon": "photon",
}  # fmt: skip


def names_of(namespaces: Collection[str]) -> Iterator[str]:
    """What the sources are called that know the dates of these releases."""
    ids = {namespace.partition(":")[0] for namespace in namespaces}
    return (f"{SOURCE}/{product}" for product, id in PRODUCTS.items() if id in ids)
