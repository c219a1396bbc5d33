"""An action of the plan as text: its place, and the commands or lines to type."""

from posixpath import basename

from careen.model.plan import Action, Change

from .lines import plural

MAX_PLACES = 2  # places that are named


def where_of(action: Action) -> str:
    """The place of an action: "apt", "pip in /opt/venv/bin/python3.9 and app/requirements.txt", "npm in /app"."""
    places = _places(action)
    if not places:
        return action.manager
    named, more = places[:MAX_PLACES], len(places) - MAX_PLACES
    if more <= 0:
        return f"{action.manager} in {' and '.join(named)}"
    return f"{action.manager} in {', '.join(named)} and {plural(more, 'more place')}"


def briefly_where(action: Action) -> str:
    """The place of an action in a few words: "apt", "pip in 2 places", "npm in /app"."""
    places = _places(action)
    return f"{action.manager} in {plural(len(places), 'place')}" if len(places) > 1 else where_of(action)


def shortly_where(action: Action) -> str:
    """The place of an action in the fewest words: "apt", "pip", "maven in shop.jar"."""
    places = _places(action)
    return f"{action.manager} in {basename(places[0]) or places[0]}" if len(places) == 1 else action.manager


def _places(action: Action) -> list[str]:
    return [place for place in dict.fromkeys(change.place for change in action.changes) if place]


def commands_of(action: Action) -> tuple[str, ...]:
    """The commands to type. A manifest that one of several changes is about is named, so that its line is not taken for a
    command."""
    first, *others = action.changes
    return (_line(first) if others else first.command, *map(_line, others))


def _line(change: Change) -> str:
    return change.command if change.where == "dockerfile" else f"in {change.place}: {change.command}"
