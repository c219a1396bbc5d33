"""The records of a PAX extended header: ``<length> <key>=<value>\\n``, the length in decimal and counting itself.

Raises: ValueError if container engines refuse the archive, OverBudgetError for too many records.
Source: POSIX.1-2017 pax, "pax Header Block"; GNU tar manual, "Storing Sparse Files"; the rules are those of Go's archive/tar.
"""

from msgspec import Struct

from careen.errors import OverBudgetError
from careen.safety.pattern import pattern

from .tar_number import integer

MOST_RECORDS = 100_000  # of one member
CAPABILITIES = "SCHILY.xattr.security.capability"
_LENGTH = pattern(rb"[+-]?0*[0-9]{1,19}")
_PARTS = ("GNU.sparse.offset", "GNU.sparse.numbytes")
_TEXTS = frozenset(("path", "linkpath", "uname", "gname"))
_NUMBERS = ("uid", "gid", "size")
_TIMES = ("mtime", "atime", "ctime")
_TIME = pattern(r"([+-]?[0-9]{1,40})(\.[0-9]*)?")
# These decide which file a member is, and its content.
_DECISIVE = frozenset(("path", "linkpath", "size"))
_SPARSE = "GNU.sparse."
# Sizes, holes and types of other programs, which engines do not support; attributes by which overlay hides lower files.
_OTHERS = ("SCHILY.realsize", "SCHILY.filetype", "SUN.holesdata", "SCHILY.xattr.trusted.overlay.", "SCHILY.xattr.user.overlay.")
# A global header may set these for all members: no tool reads other files because of them.
_HARMLESS = frozenset(("comment", "mtime", "atime", "ctime", "uname", "gname", "charset", "hdrcharset"))


class Records(Struct):
    """The PAX records of one extended header, and their number. ``doubt`` is the reason why other tools read them
    differently than container engines; "" if all read them alike."""

    values: dict[str, str]
    doubt: str = ""
    count: int = 0


def records(body: bytes) -> Records:
    found = Records({})
    values, parts = found.values, list[str]()
    at = 0
    while at < len(body):
        space = body.find(b" ", at)
        length = body[at:space] if space > 0 else b""
        if not _LENGTH.fullmatch(length):
            raise ValueError("damaged PAX record")
        end = at + int(length)
        if end < at + 5 or end > len(body) or end <= space + 1 or body[end - 1] != 0x0A:
            raise ValueError("damaged PAX record")
        raw, equals, content = body[space + 1 : end - 1].partition(b"=")
        key, value = text(raw), text(content)
        if not equals or not key or "\0" in (value if key in _TEXTS else key):
            raise ValueError("damaged PAX record")
        if key in _PARTS:  # version 0.0 of sparse files repeats its keys
            if key != _PARTS[len(parts) % 2] or "," in value:
                raise ValueError("damaged PAX record")
            parts.append(value)
        else:
            found.doubt = found.doubt or _doubt(key, value, values)
            values[key] = value
        at = end
        found.count += 1
        if found.count > MOST_RECORDS:
            raise OverBudgetError(f"one member has more than {MOST_RECORDS} PAX records")
    if parts:
        values["GNU.sparse.map"] = ",".join(parts)
    return found


def checked(values: dict[str, str]) -> None:
    """Raises ValueError if a number or a time that engines parse is malformed."""
    for key in _NUMBERS:
        if values.get(key):
            integer(values[key])
    for key in _TIMES:
        if values.get(key):
            match = _TIME.fullmatch(values[key])
            integer(match.group(1) if match else "")


def global_doubt(found: Records) -> str:
    """The reason why other tools read this global header differently than container engines; "" if none does.

    Other tools apply a global header to the members that follow, engines never do.
    """
    try:
        checked(found.values)
    except ValueError:
        return "a global header holds an invalid number; engines handle it differently"
    odd = [key for key in found.values if key not in _HARMLESS]
    return f"a global header sets {odd[0][:100]!r} for later members, which engines ignore and other tools apply" if odd else ""


def text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(errors="backslashreplace")  # two bad names stay two names


def _doubt(key: str, value: str, before: dict[str, str]) -> str:
    decisive = key in _DECISIVE or key.startswith(_SPARSE)
    if decisive and key in before:
        return f"the PAX record {key[:100]!r} is present twice"
    if decisive and not value:
        return f"the PAX record {key[:100]!r} is empty, which makes some tools ignore the header's own value"
    if key == "size" and not value.isdigit():
        return "the PAX record 'size' has a sign"
    if key.startswith(_OTHERS):
        return f"the PAX record {key[:100]!r} has a meaning for some programs alone"
    return ""
