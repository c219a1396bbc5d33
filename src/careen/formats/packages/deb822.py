"""Paragraphs of ``Field: value`` lines, as in Debian's control files.

Shape: an empty line ends a paragraph; a line that starts with a blank continues the value before it; field names are
case-insensitive. Only requested fields are kept.
Source: Debian Policy Manual, section 5.1, "Syntax of control files".
"""

from collections.abc import Collection, Iterator

LINE_BYTES = 1 << 20


def paragraphs(text: str, fields: Collection[str], faults: list[str] | None = None) -> Iterator[dict[str, str]]:
    """A mapping for each paragraph, with the values of ``fields``, which are in lower case; continuation lines are
    dropped.

    Raises: ValueError for a line that is neither a field nor a continuation. With ``faults``, the error is appended
    to this list instead, and the line is skipped; so is a second value of a field, for which dpkg refuses a file.
    Without ``faults``, the last value counts.
    """
    current: dict[str, str] = {}
    for line in text.split("\n"):
        if not line or line.isspace():
            if current:
                yield current
                current = {}
            continue
        if line[0] in " \t#":
            continue
        name, colon, value = line.partition(":")
        if not colon or len(line) > LINE_BYTES:
            reason = f"not a control file: {line[:60]!r}"
            if faults is None:
                raise ValueError(reason)
            faults.append(reason)
            continue
        key = name.rstrip(" \t").lower()  # dpkg reads "Package : x", too
        if key in fields and key in current and faults is not None:
            faults.append(f"a paragraph has two values for {name[:60]}: {value.strip()[:60]!r} is skipped")
        elif key in fields:
            current[key] = value.strip()
        elif not current:
            current[""] = ""  # a paragraph may begin with another field
    if current:
        yield current
