"""Regular expressions that are compiled at their first use.

A scan loads every reader and calls few: compiling all their patterns would take as long as scanning a small image.
"""

import re
from functools import cached_property
from typing import Any, AnyStr, cast


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Like ``re.compile``, but it compiles the expression, and reports a mistake in it, at the first use."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


class _Pattern:
    def __init__(self, text: Any, flags: int) -> None:
        self._text, self._flags = text, flags

    @cached_property
    def _compiled(self) -> "re.Pattern[Any]":
        return re.compile(self._text, self._flags)

    def __getattr__(self, name: str) -> Any:
        """Looks up an attribute of the compiled expression, and stores it on this object, so that this runs once for
        each name.
        """
        value = getattr(self._compiled, name)
        setattr(self, name, value)
        return value
