"""Cells of files for spreadsheets: text that a spreadsheet would calculate gets an apostrophe before it.

This includes text after a semicolon, which separates cells in some countries. **Source:** OWASP, "CSV Injection".
"""

from careen.safety.pattern import pattern

from .escape import visible

LONGEST = 8000  # characters; a spreadsheet cuts them at 32,767
_FORMULA = pattern(r"(^|;)(\s*)(?=[=+\-@|%\uff1d\uff0b\uff0d\uff20])")


def cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | float) else _FORMULA.sub(r"\1\2'", visible(str(value), LONGEST))
