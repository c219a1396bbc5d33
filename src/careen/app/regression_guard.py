"""What statements of a namespace say of a version, for the database's guard: whether one of them holds it."""

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
    """A is_affected that takes every version of an order it does not know for unaffected, and so sees no change there."""
    keys = Keys(Named("careen.versions", "VERSION_SCHEME", VersionScheme))

    @cache
    def schemes() -> dict[str, str]:  # most runs is_affected nothing, and catalogers are many
        """By namespace of a language, and by type of a distribution's packages."""
        ecosystems = [cataloger.ecosystem for cataloger in catalogers()]
        return {one.namespace or one.purl_type: one.scheme for one in ecosystems if one.namespace or one.distribution}

    def is_affected(namespace: str, said: Sequence[Advisory], version: str) -> bool:
        known = profile_of(namespace)
        scheme = schemes().get(known.packages[0] if known and known.packages else namespace)
        if scheme is None:
            return False
        accusing = [one for one in said if one.status not in NOT_AFFECTED]
        written = spellings(version, accusing, keys[scheme])
        return any(match_of(one, version, keys[scheme], written) for one in accusing)

    return is_affected
