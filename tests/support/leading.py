"""The texts with which a match of an expression can begin, by the parser of ``re``: what ``Rule.begins`` is tested against."""

from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]

Texts = set[bytes]
MOST_IN_A_CLASS = 4
ZERO_WIDTH = (constants.AT, constants.ASSERT, constants.ASSERT_NOT)
REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)


def leading(expression: bytes) -> Texts:
    """In lower case, as long as they are certain; {b""}: a match can begin with anything."""
    ended, open_ended = _of_sequence(_parser.parse(expression))
    return ended | open_ended


def _of_sequence(items) -> tuple[Texts, Texts]:
    """(texts after which anything can follow, texts that continue with what follows the sequence)."""
    ended: Texts = set()
    found: Texts = {b""}
    for operator, argument in items:
        more, going_on = _of_item(operator, argument)
        ended |= {begin + rest for begin in found for rest in more}
        found = {begin + rest for begin in found for rest in going_on}
    return ended, found


def _of_item(operator, argument) -> tuple[Texts, Texts]:
    anything: tuple[Texts, Texts] = ({b""}, set())
    if operator is constants.LITERAL:
        return set(), {bytes([argument]).lower()}
    if operator in ZERO_WIDTH:
        return set(), {b""}
    if operator is constants.SUBPATTERN:
        return _of_sequence(argument[3])
    if operator is constants.BRANCH:
        parts = [_of_sequence(branch) for branch in argument[1]]
        return set().union(*(ended for ended, _ in parts)), set().union(*(found for _, found in parts))
    if operator is constants.IN:
        codes = {code for kind, value in argument for code in _codes(kind, value)}
        return (set(), {bytes([code]).lower() for code in codes}) if len(codes) <= MOST_IN_A_CLASS else anything
    if operator in REPEATS and (argument[0] or argument[1] == 1):
        ended, found = _of_sequence(argument[2])
        return (ended, found | {b""}) if argument[:2] == (0, 1) else (ended | found, set())
    return anything


def _codes(kind, value) -> range | list[int]:
    if kind is constants.LITERAL:
        return [value]
    return range(value[0], value[1] + 1) if kind is constants.RANGE else range(256)
