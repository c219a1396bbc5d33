"""Which features of a file a knowledge base looks at: the others need not be computed, and none of what it does not name are
kept."""

from collections.abc import Iterator, Mapping

from .features import Features
from .identify import Described, identify_described, is_looked_at_alone
from .knowledge import Knowledge
from .spans import Hashes

_PASSING = frozenset(("glance", "table_rows"))  # they only tell whether others are worth it


def asked_of(base: Knowledge, file: Described) -> frozenset[str]:
    """Empty if the base names no project in the file. Files that are looked at together with others keep all."""
    if not is_looked_at_alone(file):
        return frozenset(file.features)
    recorded = _Recorded(file.features)
    found = identify_described(base, [Described(file.path, file.kind, recorded)], deep=True)
    return frozenset(recorded.asked) - _PASSING if found.components else frozenset()


class _Recorded(Mapping[str, Hashes]):
    def __init__(self, features: Features) -> None:
        self._features = features
        self.asked: set[str] = set()

    def __getitem__(self, family: str) -> Hashes:
        found = self._features[family]
        self.asked.add(family)
        return found

    def __contains__(self, family: object) -> bool:
        return family in self._features

    def __iter__(self) -> Iterator[str]:
        return iter(self._features)

    def __len__(self) -> int:
        return len(self._features)
