"""The coordinates, parent's coordinates and licences in a Maven project file.

A value that the file leaves to its parent is the parent's; one that still contains ``${…}`` after the file's own
``properties`` were filled in is ``""``. A DTD is refused, so no entity can expand.
Raises: ValueError if the data is not such a file, and over 64 levels or 1 MiB.
**Source:** Maven, POM reference.
"""

import re
from collections.abc import Mapping
from xml.parsers import expat  # a DTD is refused, so entities cannot be declared

from msgspec import Struct

from careen.safety.pattern import pattern

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_KEPT_DEPTH = 5
MAX_NAME = 100
MAX_TEXT = 1_000
_PLACEHOLDER = pattern(r"\$\{([^{}]{1,200})\}")
_KEPT = pattern(r"project/(?:parent/)?(?:groupId|artifactId|version)|project/licenses/license/name|project/properties/[^/]+")


class Pom(Struct, frozen=True):
    group: str
    artifact: str
    version: str
    licenses: tuple[str, ...] = ()


def read_pom(data: bytes) -> Pom:
    values: dict[str, list[str]] = {}
    for place, text in elements(data, _KEPT):
        values.setdefault(place, []).append(text)
    return _pom(values)


def elements(data: bytes, kept: re.Pattern[str]) -> list[tuple[str, str]]:
    """Path and text of each element whose path (``project/parent/version``) matches, in the order of their ends."""
    if len(data) > MAX_BYTES:
        raise ValueError("pom: larger than 1 MiB")
    found: list[tuple[str, str]] = []
    path: list[str] = []
    text: list[str] = []

    def start(name: str, attributes: object) -> None:
        if len(path) >= MAX_DEPTH:
            raise ValueError("pom: nested too deeply")
        name = name.rpartition(":")[2] if len(name) <= MAX_NAME else "-"
        if not path and name != "project":
            raise ValueError("pom: not a project")
        path.append(name)
        text.clear()

    def end(name: str) -> None:
        place = "/".join(path) if len(path) <= MAX_KEPT_DEPTH else ""
        if kept.fullmatch(place):
            found.append((place, "".join(text).strip()[:MAX_TEXT]))
        path.pop()
        text.clear()

    def doctype(*declaration: object) -> None:
        raise ValueError("pom: a document type declaration is not accepted")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text.append
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError(f"pom: {error}") from None
    return found


def _pom(values: dict[str, list[str]]) -> Pom:
    def own(name: str) -> str:
        return next(iter(values.get(f"project/{name}", ())), "")

    def given(name: str) -> str:
        return own(name) or own(f"parent/{name}")

    known = {
        name: given(field) for name, field in (("groupId", "groupId"), ("version", "version"), ("artifactId", "artifactId"))
    }
    known |= {f"project.{name}": value for name, value in known.items()} | {
        f"pom.{name}": value for name, value in known.items()
    }
    known |= {f"project.parent.{name}": own(f"parent/{name}") for name in ("groupId", "version")}
    known |= {place.rpartition("/")[2]: each[0] for place, each in values.items() if place.startswith("project/properties/")}
    licenses = tuple(dict.fromkeys(name for name in values.get("project/licenses/license/name", ()) if name))
    return Pom(
        resolved(given("groupId"), known), resolved(own("artifactId"), known), resolved(given("version"), known), licenses
    )


def resolved(value: str, known: Mapping[str, str]) -> str:
    """The value with its placeholders filled in from ``known``; "" if a placeholder has no value.

    Placeholders may nest; three rounds are enough in practice.
    """
    for _ in range(3):
        if "${" not in value or len(value) > MAX_TEXT:
            break
        value = _PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), value)
    return "" if "${" in value or len(value) > MAX_TEXT else value
