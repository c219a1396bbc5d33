"""The distributions with published end dates of their security updates.

**Source:** endoflife.date.
"""

from collections.abc import Collection, Iterator

from careen.distributions.registry import profiles

SOURCE = "eol"


def names_of(namespaces: Collection[str]) -> Iterator[str]:
    """The sources with end dates for the releases of these namespaces ("debian:12"), by name; distributions without
    published dates have none."""
    ids = {namespace.partition(":")[0] for namespace in namespaces}
    return (
        f"{SOURCE}/{profile.support.product}"
        for profile in profiles().values()
        if profile.support.product and profile.id in ids
    )
