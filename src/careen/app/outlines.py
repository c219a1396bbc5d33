"""Outlines of catalogers: the files that each wants, known before it is imported. Most images contain files that only a few
catalogers want.

``make golden`` generates ``catalogers/outlines.json`` from the catalogers, and a test compares them. It is trusted in a
wheel whose files are unchanged. In a source tree it is trusted after all catalogers were imported once and agreed with
it; this is stored for the current content of all files. A cataloger without an outline (the user's, or a new one), or
one that picks its files with a function of its own, is imported at once.
"""

import hashlib
import importlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from careen import distributions
from careen.contents import contents, is_noted, note
from careen.plugins import Cataloger, Ecosystem, Reader, Role, Wants, modules_in, plugin
from careen.safety.typed import from_json

FOLDER = "careen.catalogers"
OUTLINES = Path(__file__).parent.parent / "catalogers" / "outlines.json"
AGREE = "outlines-agree"


class Outline(Struct, frozen=True, omit_defaults=True):
    """The outline of one module; ``name`` is empty if it has no cataloger."""

    module: str
    name: str = ""
    ecosystem: Ecosystem = Ecosystem("", "")
    role: Role = "packages"
    wants: tuple[Wants, ...] = ()
    joins: bool = False
    owns: bool = False
    identifies: bool = False
    programs: bool = False


def catalogers() -> tuple[Cataloger, ...]:
    """All catalogers, in the order of their modules' names. Those with an outline are imported when one of their files
    is found.
    """
    places = importlib.import_module(FOLDER).__path__
    known = _known()
    if len(distributions.__path__) > 1:  # the user's distributions have their own release files
        known.pop("distribution", None)
    found = []
    for module in sorted(modules_in(places)):
        outline = known.get(module)
        value = plugin(FOLDER, module, "CATALOGER") if outline is None else _later(outline) if outline.name else None
        if isinstance(value, Cataloger):
            found.append(value)
    return tuple(found)


def outlines() -> bytes:
    """The content of ``outlines.json`` for the modules as they are now, without those of the user."""
    package = importlib.import_module(FOLDER)
    made = (_outline(module) for module in sorted(modules_in(package.__path__[:1])))
    return msgspec.json.format(msgspec.json.encode([outline for outline in made if outline]), indent=1) + b"\n"


def _outline(module: str) -> Outline | None:
    value = plugin(FOLDER, module, "CATALOGER")
    if not isinstance(value, Cataloger):
        return Outline(module)
    wants = tuple(reader.wants for reader in value.readers)
    if any(want.select for want in wants):
        return None
    made = (value.join, value.owns, value.identifies, value.programs)
    return Outline(module, value.name, value.ecosystem, value.role, wants, *(function is not None for function in made))


def _known() -> dict[str, Outline]:
    try:
        made = OUTLINES.read_bytes()
        found = from_json(made, list[Outline])
    except (OSError, msgspec.MsgspecError):  # without the file, the catalogers are imported each time
        return {}
    installed = contents()
    state = f"{installed.key} {hashlib.sha256(made).hexdigest()}"
    if not installed.built and not is_noted(AGREE, state):
        if made != outlines():
            return {}
        note(AGREE, state)
    return {outline.module: outline for outline in found}


def _later(outline: Outline) -> Cataloger:
    @cache
    def whole() -> Cataloger:
        value = plugin(FOLDER, outline.module, "CATALOGER")
        assert isinstance(value, Cataloger)
        return value

    def reader(number: int, wants: Wants) -> Reader:
        return Reader(wants, lambda file: whole().readers[number].read(file))

    return Cataloger(
        name=outline.name,
        ecosystem=outline.ecosystem,
        role=outline.role,
        readers=tuple(reader(number, wants) for number, wants in enumerate(outline.wants)),
        join=_called(whole, "join") if outline.joins else None,
        owns=_called(whole, "owns") if outline.owns else None,
        identifies=_called(whole, "identifies") if outline.identifies else None,
        programs=_called(whole, "programs") if outline.programs else None,
        whole=whole,
    )


def _called(whole: Callable[[], Cataloger], name: str) -> Callable[[Any], Iterator[Any]]:
    return lambda facts: getattr(whole(), name)(facts)
