"""Variables of a Dockerfile in the words of its commands.

**Source:** Dockerfile reference, "Environment replacement".
"""

import re
from collections.abc import Mapping, Sequence

from .words import expand

Values = Mapping[str, str | None]  # None: declared, the value is unknown
MAX_LOOPED = 100  # words of one command; beyond them a loop is not followed
MAX_ADDED = 4 * 1024 * 1024  # characters that variables add to the words of all commands of a file
_NAMED = re.compile(r"\$\{?(\w+)")


def resolved_words(words: Sequence[str], known: Mapping[str, str], most: int = MAX_ADDED) -> tuple[str, ...]:
    """Replaces known variables by their values, split into words if the variable is unquoted at the start of its word.
    Once they add more than ``most`` characters, the rest of the words stays as it is."""
    if not any("$" in word for word in words):
        return tuple(words)
    found: list[str] = []
    for word in words:
        if "$" not in word or "$(" in word or most < 0:
            found.append(word)
            continue
        iterations = _iterations(word, known)
        if len(iterations) > 1 and len(found) >= MAX_LOOPED:
            found.append(word)
            continue
        for variables in iterations:
            try:
                text = expand(word.replace('"', "").replace("'", ""), variables, "\0", keep_unset=True)
            except ValueError:
                text = word
            most -= max(len(text) - len(word), 0)
            found += text.split() if word.startswith("$") and text != word else [text]
    return tuple(found)


def with_value(env: Values) -> Mapping[str, str]:
    """The variables with a value; looking up a variable without a value gives None."""
    return env  # type: ignore[return-value]  # None and a missing key look the same


def _iterations(word: str, known: Mapping[str, str]) -> list[Mapping[str, str]]:
    """The variables of each iteration of a loop; the value of a loop's variable has one line an iteration."""
    names = [name for name in _NAMED.findall(word) if "\n" in (known.get(name) or "")]
    if len(names) != 1:
        return [known]
    return [{**known, names[0]: value} for value in known[names[0]].split("\n")]
