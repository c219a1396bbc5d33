"""The files in which a value stands: ``texts/`` has them, with marks for the name and the value.

``@@NAME@@`` is the name as an environment variable has it; ``@@name@@``, ``@@camel@@``, ``@@Camel@@``, ``@@kebab@@``,
``@@dotted@@`` and ``@@spaced@@`` are its other forms, ``@@first@@`` is its first word. ``@@host@@``, ``@@word@@`` and the
like are ordinary texts, ``@@hex40@@`` is a random one. The same mark is the same text in all of a file; ``@@word2@@`` and
``@@hex40b@@`` are others. Apart from the value, a file holds no secret.
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from .draws import Draws
from .kind import Place, Placed

TEXTS = Path(__file__).resolve().parent / "texts"
_MARK = re.compile(r"@@(\w+)@@")
_RANDOM = re.compile(r"([a-z]+?)(\d+)[a-z]?")
Made = Callable[[Draws], str]


@cache
def sections(name: str) -> tuple[tuple[str, str], ...]:
    """The heads and the texts of a file in ``texts/``."""
    parts = (TEXTS / f"{name}.txt").read_text("utf-8").removeprefix("=== ").split("\n=== ")
    return tuple((head, text.rstrip("\n") + "\n") for head, _, text in (part.partition("\n") for part in parts))


def places(name: str, **made: Made) -> tuple[Place, ...]:
    """``made`` makes what stands beside the value: ``@@id@@``."""
    return tuple(template(path, text, made) for path, text in sections(name))


def with_strings(name: str, *strings: str) -> tuple[Place, ...]:
    """Each file with each of the texts, an address or a connection string, where it has ``@@string@@``."""
    return tuple(template(path, text.replace("@@string@@", string)) for string in strings for path, text in sections(name))


def template(path: str, text: str, made: Mapping[str, Made] | None = None) -> Place:
    """A value is escaped as the language of the file asks for; it is the escaped text that a reader has to find."""
    escape = _escape(path)

    def place(draws: Draws, name: str, value: str) -> Placed:
        written = escape(value)
        fields = {**_forms(name), "value": written, **{mark: escape(make(draws)) for mark, make in (made or {}).items()}}

        def field(mark: "re.Match[str]") -> str:
            if mark[1] not in fields:
                fields[mark[1]] = _drawn(draws, mark[1])
            return fields[mark[1]]

        return Placed(_MARK.sub(field, path), _MARK.sub(field, text), written if "@@value@@" in text else "")

    return place


def written_as_text(data: bytes) -> str:
    """Any bytes; ``encoded`` makes them again."""
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _forms(name: str) -> dict[str, str]:
    words = name.lower().split("_")
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    return {
        "NAME": name,
        "name": name.lower(),
        "camel": camel,
        "Camel": camel[:1].upper() + camel[1:],
        "kebab": "-".join(words),
        "dotted": ".".join(words),
        "spaced": " ".join(words),
        "first": words[0],
        "FIRST": words[0].upper(),
    }


def _drawn(draws: Draws, mark: str) -> str:
    made = {
        "word": draws.word,
        "host": draws.host,
        "uuid": draws.uuid,
        "port": lambda: str(draws.between(1024, 49151)),
        "count": lambda: str(draws.between(2, 600)),
        "user": lambda: f"{draws.word()}_{draws.one(('app', 'svc', 'rw', 'admin'))}",
        "version": lambda: f"{draws.between(0, 9)}.{draws.between(0, 30)}.{draws.between(0, 9)}",
    }.get(mark.rstrip("0123456789"))
    if made is not None:
        return made()
    random = _RANDOM.fullmatch(mark)
    if random is None:
        raise ValueError(f"no such mark: {mark}")
    return draws.named(random[1], int(random[2]))


def _escape(path: str) -> Callable[[str], str]:
    if path.endswith((".xml", ".config", ".plist", ".csproj")):
        return lambda value: html.escape(value, quote=True)
    if path.endswith((".json", ".ipynb")):
        return lambda value: json.dumps(value)[1:-1]
    return lambda value: value.replace("\n", "\\n")


GROUPS = ("dotenv", "yaml", "source", "shell", "json", "settings", "builds", "xml")
ASSIGNED = tuple(place for group in GROUPS for place in places(group))  # a name stands beside the value
ANYWHERE = (*ASSIGNED, *places("loose"))
