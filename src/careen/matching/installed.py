"""The installed packages of each distribution under the names of its advisories, without those of third parties."""

from collections import defaultdict
from collections.abc import Mapping

from careen.database.memory import MemoryDatabase
from careen.model.inventory import Inventory
from careen.plugins import Ecosystem

from .subjects import subjects_of


def installed_sources(
    inventory: Inventory, ecosystems: Mapping[str, Ecosystem], scheme: str
) -> Mapping[str, Mapping[str, set[str]]]:
    """The installed versions of packages with this version scheme, by namespace and by the name in advisories."""
    subjects, _, _ = subjects_of(inventory, MemoryDatabase(()), ecosystems)
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for subject in subjects:
        if subject.distribution and subject.scheme == scheme:
            found[subject.namespace][subject.name].add(subject.version)
    return found
