"""NuGet versions: up to four numbers, a case-insensitive pre-release, build metadata ignored; and intervals.

``satisfies`` reads ``[1.0,2.0)``, ``(,1.0]``, ``[1.0]`` and the bare ``1.0``, which means that version or later.
Raises: ValueError for other text.
**Source:** NuGet documentation, "Package versioning" ("Version ranges", "Semantic Versioning 2.0.0");
NuGet.Versioning, NuGetVersion and VersionComparer.
"""

from careen.formats.version_text.interval import intervals
from careen.formats.version_text.semantic import Key, semantic_key
from careen.plugins import VersionScheme

_PARTS = 4


def key(text: str) -> Key:
    found = semantic_key(text.lower())
    if isinstance(found[0], tuple) and len(found[0]) > _PARTS:
        raise ValueError(f"not a nuget version: {text[:80]!r}")
    return found


def satisfies(version: str, constraint: str) -> bool:
    place = key(version)
    if constraint.strip()[:1] not in ("[", "("):
        return place >= key(constraint)
    return any(interval.contains(place, key) for interval in intervals(constraint))


VERSION_SCHEME = VersionScheme(name="nuget", key=key, satisfies=satisfies)
