"""Which features of a file a knowledge base uses: others need not be computed, and none are kept of a file in which it names
no project."""

from collections.abc import Callable, Iterator, Mapping

from .component import Component
from .features import Features
from .identify import Described, identify_described, is_looked_at_alone
from .in_script import is_worth_a_look
from .knowledge import Knowledge
from .spans import Hashes

_PASSING = frozenset(("glance", "table_rows"))  # they only show whether other features are worth comparing


def asked_of(
    base: Knowledge, file: Described, counts: Callable[[Component], bool] = lambda _: True, *, owned: bool = False
) -> frozenset[str]:
    """The families of features of a file that the base compares; empty unless it finds a component in the file for which
    ``counts`` is true. A file that is only compared together with others, such as a class, keeps all its families.

    Scripts of packages (``owned``) are mostly bundles: if ``is_worth_a_look`` rejects one, it is not compared as
    source either.
    """
    if not is_looked_at_alone(file):
        return frozenset(file.features)
    if owned and file.kind == "script" and not is_worth_a_look(base, file.features):
        return frozenset()
    recorded = _Recorded(file.features)
    found = identify_described(base, [Described(file.path, file.kind, recorded)], deep=True)
    return frozenset(recorded.asked) - _PASSING if any(map(counts, found.components)) else frozenset()


class _Recorded(Mapping[str, Hashes]):
    """The features of a file, which records in ``asked`` the families that are used."""

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
