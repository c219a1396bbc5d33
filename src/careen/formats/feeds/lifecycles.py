"""The distributions with published end dates of their security updates.

**Source:** endoflife.date.
"""

from collections.abc import Collection, Iterator

from careen.distributions.registry import profiles

SOURCE = "eol"


def names_of(namespaces: Collection[str]) -> Iterator[str]:
    """The names of the sources that have the dates of these releases."""
    ids = {namespace.partition(":")[0] for namespace in namespaces}
    return (f"{SOURCE}/{one.support.product}" for one in profiles().values() if one.support.product and one.id in ids)
