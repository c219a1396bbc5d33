"""Until when a release gets security updates."""

from careen.database.knowledge import Knowledge
from careen.distributions.registry import profile_of


def end_of_life(knowledge: Knowledge, namespace: str) -> str | None:
    """A day in ISO 8601: what the database knows, else what ships with the distribution's file; None if unknown."""
    return knowledge.end_of_life(namespace) or _shipped(namespace)


def _shipped(namespace: str) -> str | None:
    profile = profile_of(namespace)
    release = namespace.partition(":")[2]
    return profile.support.ends.get(profile.codename_of(release)) if profile else None
