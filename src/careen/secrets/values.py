"""Joins findings of one value, in whatever places it occurs."""

from collections.abc import Iterable

from msgspec.structs import replace

from careen.model.advisory import SEVERITIES
from careen.model.finding import ExposedSecret

_SURE = ("confirmed", "likely", "possible")


def one_per_value(secrets: Iterable[ExposedSecret]) -> tuple[ExposedSecret, ...]:
    """The surest finding of each value, with the places of the others.

    A value that could be guessed has no id: it is compared by fingerprint, thus only within one file.
    """
    groups: list[list[ExposedSecret]] = []
    known: dict[str, list[ExposedSecret]] = {}
    for secret in secrets:
        keys = [key for key in (secret.fingerprint, secret.value_id) if key]
        group = next((known[key] for key in keys if key in known), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(secret)
        for key in keys:
            known.setdefault(key, group)
    return tuple(joined(group) for group in groups)


def joined(group: list[ExposedSecret]) -> ExposedSecret:
    """One finding for findings of one value."""
    if len(group) == 1:
        return group[0]
    best = min(group, key=_order)
    places = [place for secret in group if secret is not best for place in secret.all_places if place != best.all_places[0]]
    return replace(best, places=tuple(dict.fromkeys((*best.places, *places))))


def _order(secret: ExposedSecret) -> tuple[int, int, bool]:
    """A sort key: the surest first, then the most severe, then the visible; ``min`` takes the first of equal ones."""
    return _SURE.index(secret.confidence), SEVERITIES.index(secret.severity), secret.deleted
