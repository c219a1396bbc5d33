"""Until when a release gets security updates."""

from collections.abc import Collection

from careen.database.knowledge import Knowledge
from careen.distributions.registry import profile_of
from careen.formats.feeds.lifecycles import names_of
from careen.model.inventory import Inventory

from .distributions import distribution_of, release_of
from .reasons import release_id


def end_of_life(knowledge: Knowledge, namespace: str) -> str | None:
    """The day of a release's end of life in ISO 8601, from the database or else the distribution's profile; None if
    unknown.
    """
    return knowledge.end_of_life(namespace) or _shipped(namespace)


def without_lifecycle(inventory: Inventory, assessed: Collection[str], knowledge: Knowledge) -> str:
    """The first release whose end of life its distribution publishes, but the database does not have; "" if there is none.
    ``assessed``: the namespaces whose advisories assessed a package; other releases do not count.
    """
    loaded = {source.name for source in knowledge.info.sources if source.records} if knowledge.info else set()
    bound = dict.fromkeys(distribution_of(package, inventory.distribution) for package in inventory.packages)
    for distribution in dict.fromkeys((inventory.distribution, *bound)):
        release = release_of(distribution) if distribution and distribution.version else None  # a rolling release does not end
        if release is None or not {release.namespace, release.stand_in}.intersection(assessed):
            continue
        namespace = release.lifetime or release.namespace
        wanted = set(names_of((namespace,)))
        if wanted and not wanted & loaded and not end_of_life(knowledge, namespace):
            return release_id(namespace)
    return ""


def _shipped(namespace: str) -> str | None:
    profile = profile_of(namespace)
    release = namespace.partition(":")[2]
    return profile.support.ends.get(profile.codename_of(release)) if profile else None
