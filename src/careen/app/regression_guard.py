"""Whether advisories affect a version, for the guard of the database (``database.guard``)."""

from collections.abc import Sequence
from functools import cache

from careen.app.outlines import catalogers
from careen.database.guard import IsAffected
from careen.distributions.registry import profile_of
from careen.matching.keys import Keys
from careen.matching.ranges import NOT_AFFECTED, match_of, spellings
from careen.model.advisory import Advisory
from careen.plugins import Named, VersionScheme


def build_is_affected() -> IsAffected:
    """A function that returns whether a version is affected. It returns False if the version scheme of a namespace is
    unknown, so that the guard sees no change there.
    """
    keys = Keys(Named("careen.versions", "VERSION_SCHEME", VersionScheme))

    @cache
    def schemes() -> dict[str, str]:  # computed when needed: most runs do not need it, and there are many catalogers
        """Version schemes by namespace of a language, and by type of a distribution's packages."""
        ecosystems = [cataloger.ecosystem for cataloger in catalogers()]
        return {
            ecosystem.namespace or ecosystem.purl_type: ecosystem.scheme
            for ecosystem in ecosystems
            if ecosystem.namespace or ecosystem.distribution
        }

    def is_affected(namespace: str, advisories: Sequence[Advisory], version: str) -> bool:
        known = profile_of(namespace)
        scheme = schemes().get(known.packages[0] if known and known.packages else namespace)
        if scheme is None:
            return False
        affecting = [advisory for advisory in advisories if advisory.status not in NOT_AFFECTED]
        written = spellings(version, affecting, keys[scheme])
        return any(match_of(advisory, version, keys[scheme], written) for advisory in affecting)

    return is_affected
