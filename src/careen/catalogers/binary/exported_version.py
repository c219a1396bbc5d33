"""The version that a library exports: what its functions about versions return, and what its variables hold.

A function may return a text (``acme_version()``) or store three numbers. Three functions or variables may have the parts of it:
``acme_version_major``, ``acme_version_minor`` and ``acme_version_micro``. All must agree. Without them a function may return
one number (20100, 0x20100) that is the one in the file's name (``libacme.so.2.1.0``), or two the first two parts of that.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from careen.formats.binaries.constant_functions import Functions
from careen.safety.pattern import pattern

from .library_version import NUMBERS
from .own_name import plain

MAX_SYMBOLS = 200

_ABOUT_VERSION = pattern(
    r"(?i)(?!.*(?:unicode|protocol|interface|a[bp]i_?ver|format|file|min_|max_|least))(?:.*version|.*_ver(?:_(?:maj|min|mic))?$)"
)
_PART = pattern(r"(?i)(?:(maj(?:or|$))|(min(?:or|$))|(mic(?:ro|$)|patch|revision|bugfix|point|release))")
_LARGEST = 9999


def exported_version(data: bytes, names: Iterable[str], version: str, number: str = "") -> bytes | None:
    """``version``: an expression for a version; ``number``: the one in the file's name."""
    try:
        library = Functions(data)
    except ValueError:
        return None  # its tables are damaged
    symbols = list(islice(filter(_ABOUT_VERSION.match, library.names()), MAX_SYMBOLS))
    texts = set(_texts(library, symbols, tuple(names), version)) or set(_numbers(library, symbols, number))
    if not texts and number and any(number in _spelled(library.number(symbol) or 0) for symbol in symbols):
        return number.encode()
    return longest({text.encode() for text in texts})


def longest(versions: set[bytes]) -> bytes | None:
    """The only one, or the complete form of all."""
    found = max(versions, key=len, default=None)
    return found if found and all(found.startswith(version) for version in versions) else None


def _spelled(number: int) -> set[str]:
    """The versions that projects write as this number."""
    return (
        {NUMBERS[form](number) for form in ("bytes", "decimal", "first three bytes", "halves", "thousands")}
        if number > 0xFF
        else set()
    )


def _texts(library: Functions, symbols: list[str], names: tuple[str, ...], version: str) -> Iterator[str]:
    whole = pattern(rf"(?:[A-Za-z][A-Za-z0-9_+ -]{{0,40}}[ /-])?v?({version})(?:[ +~(,-].*)?")
    for symbol in symbols:
        found = whole.fullmatch((library.text(symbol) or library.variable_text(symbol) or "").rstrip("\n"))
        if not found:
            continue
        is_in_namespace = symbol.startswith("_Z")  # perhaps of a library that this one contains
        if (found[1].count(".") > 1 and not is_in_namespace) or any(own in plain(symbol) for own in names):
            yield found[1]


def _numbers(library: Functions, symbols: list[str], number: str) -> Iterator[str]:
    """Without a third part, the number in the file's name counts if it begins with the two."""
    yield from (
        ".".join(map(str, stored))
        for symbol in symbols
        if not _PART.search(symbol) and (stored := library.stored(symbol)) and len(stored) == 3 and max(stored) <= _LARGEST
    )
    for parts in _parts(library, symbols).values():
        found = ".".join(str(parts[part]) for part in sorted(parts))
        if len(parts) == 3:
            yield found
        elif len(parts) == 2 and 3 not in parts and number.startswith(f"{found}."):
            yield number


def _parts(library: Functions, symbols: list[str]) -> dict[str, dict[int, int]]:
    """The parts of a version (1 to 3), by the name of their symbols without the part's."""
    parts: dict[str, dict[int, int]] = {}
    for symbol in symbols:
        found = _PART.search(symbol)
        number = library.number(symbol) if found else None
        if found and number is None:
            number = library.variable_number(symbol)
        if found and number is not None and 0 <= number <= _LARGEST:
            rest = symbol[: found.start()] + symbol[found.end() :]
            parts.setdefault(rest, {})[found.lastindex or 0] = number
    return parts
