"""Values of requests that reach dangerous calls, in languages that are read statement by statement, without a syntax tree.

Texts are emptied, and comments removed, before a statement is examined. A variable holds a value of a request from the
statement that sets it on; the result of a function that is not known to pass on what it is given is not one.
Raises: ValueError for a text that is too large.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from careen.model.advisory import Severity

from .rules import Match

MAX_BYTES = 512 * 1024
MAX_STATEMENT = 4_000  # characters
MAX_STATEMENTS = 50_000
MAX_CALLS = 40  # in one value
SENT = "\x01"  # in place of a value of the request
_NAME = re.compile(r"[$@%]?\w+")
_INNER = re.compile(r"\(([^()]*)\)")  # a call in which there is no other one
_BEFORE = re.compile(r"((?:[$@%]?[\w\x01]+(?:\[[^\[\]()]*\])?\s*(?:\.|->|::|:)\s*)*)(\w+)\s*\Z")
MAX_BEFORE = 200  # characters of the name of a call


class Sink(NamedTuple):
    """A call that is dangerous with a value of a request. ``call`` matches up to what it is given. ``accepts``: whether what it
    is given is harmless all the same."""

    rule: str
    call: re.Pattern[str]
    text: str
    severity: Severity | None = None
    accepts: Callable[[str], bool] = lambda given: False


class Lexical(NamedTuple):
    """A language. ``source`` matches an expression with a value of the request, ``sets`` a statement that sets the variable
    ``name`` to ``value``; ``passing`` are functions that pass on what they belong to or are given; ``dropped`` is a part of a
    value that is none of the request any more, such as a comparison."""

    source: re.Pattern[str]
    sets: re.Pattern[str]
    passing: frozenset[str]
    sinks: tuple[Sink, ...]
    dropped: re.Pattern[str]


class Statement(NamedTuple):
    text: str
    line: int


def request_flows(statements: Iterator[Statement], language: Lexical) -> Iterator[Match]:
    held: set[str] = set()
    for count, statement in enumerate(statements):
        if count >= MAX_STATEMENTS:
            raise ValueError(f"a program of more than {MAX_STATEMENTS:,} statements is too large to be read")
        text = statement.text[:MAX_STATEMENT]
        if not (language.source.search(text) or not held.isdisjoint(_NAME.findall(text))):
            if (target := language.sets.search(text)) is not None:
                held.discard(target["name"])
            continue
        marked = language.source.sub(SENT, text)
        yield from _matches(marked, text, statement.line, held, language)
        if (target := language.sets.search(marked)) is not None:
            if has_sent(target["value"], held, language):
                held.add(target["name"])
            else:
                held.discard(target["name"])


def has_sent(value: str, held: set[str], language: Lexical) -> bool:
    """Whether a value contains one of the request."""
    value = language.dropped.sub(" ", value)
    for _ in range(MAX_CALLS):
        call = _INNER.search(value)
        if call is None:
            break
        before = _BEFORE.search(value, max(0, call.start() - MAX_BEFORE), call.start())
        begin = before.start() if before else call.start()
        is_passed = before is None or before[2] in language.passing
        value = (
            f"{value[:begin]} {before[1] if before else ''} {call[1]} {value[call.end() :]}"
            if is_passed
            else (f"{value[:begin]} {value[call.end() :]}")
        )
    return SENT in value or not held.isdisjoint(_NAME.findall(value))


def _matches(marked: str, text: str, line: int, held: set[str], language: Lexical) -> Iterator[Match]:
    for sink in language.sinks:
        for call in sink.call.finditer(marked):
            given = _given(marked, call.end())
            if has_sent(given, held, language) and not sink.accepts(given):
                at = line + marked.count("\n", 0, call.start())
                yield Match(sink.rule, at, f"{sink.text}, with a value of a request", sink.severity)
                break


def _given(text: str, begin: int) -> str:
    """What a call is given: up to the bracket that closes it, or to the end of the statement."""
    depth = 0
    for place in range(begin, len(text)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
            if depth < 0:
                return text[begin:place]
    return text[begin:]


def begins_with_text(given: str) -> bool:
    """Whether what a call is given begins with a fixed text, as an address of a fixed host does."""
    return given.lstrip().startswith('"')


def decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise ValueError(f"a program of {len(data):,} bytes is too large to be read")
    return data.decode("utf-8", "replace").replace("\r\n", "\n").replace(SENT, " ")


def statements_of(code: str, end: re.Pattern[str], line: int = 1) -> Iterator[Statement]:
    """The statements of a text whose comments are removed and whose texts are emptied, each with its first line."""
    begin = 0
    for match in end.finditer(code):
        yield from _statement(code, begin, match.start(), line)
        line += code.count("\n", begin, match.end())
        begin = match.end()
    yield from _statement(code, begin, len(code), line)


def _statement(code: str, begin: int, end: int, line: int) -> Iterator[Statement]:
    text = code[begin:end]
    if body := text.strip():
        yield Statement(body, line + text[: len(text) - len(text.lstrip())].count("\n"))
