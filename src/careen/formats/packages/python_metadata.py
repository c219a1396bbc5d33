"""The header fields of a Python package's metadata, by lower-case name, each with all its values in order.

Shape: ``Name: value`` lines up to the first empty line; lines that begin with a blank continue the value before them
(and are kept as lines of it). A line without a colon is skipped, as licence texts without indentation are common. Text is
UTF-8; other bytes become U+FFFD.
**Source:** Python core metadata specifications; RFC 5322, section 2.2.
"""

from collections.abc import Collection


def fields(data: bytes, wanted: Collection[str]) -> dict[str, list[str]]:
    """The values of the ``wanted`` fields (lower case) by name. ``data`` may be incomplete at its end."""
    found: dict[str, list[list[str]]] = {}
    lines: list[str] | None = None  # of the value that continuation lines belong to
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = line.rstrip(b"\r")
        if not line:
            if found:
                break
        elif line[:1] in (b" ", b"\t"):
            if lines is not None:
                lines.append(line.strip().decode("utf-8", "replace"))
        else:
            name, colon, value = line.partition(b":")
            key = name.strip().lower().decode("latin-1") if colon else ""
            if key in wanted:
                lines = [value.strip().decode("utf-8", "replace")]
                found.setdefault(key, []).append(lines)
            elif colon:
                lines = None
    return {key: ["\n".join(value) for value in values] for key, values in found.items()}
