"""Checks whether names of packages imitate popular ones."""

from collections.abc import Iterable
from datetime import date

from careen.behaviour.lookalikes import Known, look_alike
from careen.model.finding import BehaviourFinding


def compared(
    ecosystem: str, names: Iterable[str], known: tuple[date | None, int | None], today: date
) -> dict[str, BehaviourFinding | None]:
    """The finding for each name; None if the name imitates no popular one. ``known``: the day of the first release, and the
    downloads in a month; None if unknown.
    """
    return {name: look_alike(ecosystem, name, Known(*known), today) for name in names}
