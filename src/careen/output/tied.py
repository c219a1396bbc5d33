"""Groups of things that share a place, directly or through others: a change of one of them affects all."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Name = TypeVar("Name")
Place = TypeVar("Place", bound=Hashable)


def tied(places: Mapping[Name, Iterable[Place]]) -> list[list[Name]]:
    """The groups of names, in the order of their first ones; each name is in one group. A name without a place is in
    none."""
    leader: dict[Place, Place] = {}

    def lead(place: Place) -> Place:
        while leader.setdefault(place, place) != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    first: dict[Name, Place] = {}
    for name, of_name in places.items():
        for place in of_name:
            leader[lead(place)] = lead(first.setdefault(name, place))
    groups: dict[Place, list[Name]] = defaultdict(list)
    for name, place in first.items():
        groups[lead(place)].append(name)
    return [*groups.values()]
