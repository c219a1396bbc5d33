"""Paragraphs of ``Field: value`` lines as Debian's control files have them.

Shape: an empty line ends a paragraph; a line that starts with a blank continues the value before it; field names do not
differ by case. Only asked-for fields are kept.
Source: Debian Policy Manual, section 5.1, "Syntax of control files".
"""

from collections.abc import Collection, Iterator

LINE_BYTES = 1 << 20


def paragraphs(text: str, fields: Collection[str], faults: list[str] | None = None) -> Iterator[dict[str, str]]:
    """One mapping a paragraph, with the given lower-case field names; continuation lines are dropped.

    Raises: ValueError for a line that is neither field nor continuation; where ``faults`` is given, it goes there and the
    line is passed over. So does a field that a paragraph has twice: dpkg refuses such a file, and its first value stays.
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
        key = name.lower()
        if key in fields and key in current and faults is not None:
            faults.append(f"a paragraph has two values for {name[:60]}: {value.strip()[:60]!r} is passed over")
        elif key in fields:
            current[key] = value.strip()
        elif not current:
            current[""] = ""  # a paragraph that begins with a field nobody asked for is one all the same
    if current:
        yield current
