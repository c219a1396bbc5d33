"""Dangerous code in Python, read as a syntax tree; nothing of it is imported or run.

A name is followed to the module that it was imported from, and a value of a request through variables and to the functions of
the program that are called with it.
Raises: ValueError for text that is too large, or not Python 3.
**Source:** Python's language reference; the classes of weakness are those that Bandit documents.
"""

import ast
import io
import sys
import tokenize
import warnings
from collections.abc import Iterator

from careen.safety.pattern import pattern

from .python_calls import call_matches, default_matches, unescaped
from .python_flow import Bindings, scope_of
from .python_names import Names
from .python_requests import Site, request_matches
from .python_strings import password_matches, sql_matches
from .rules import BANDIT, Match

MAX_BYTES = 512 * 1024
MAX_NODES = 150_000
_TEST = pattern(r"\bB\d{3}\b")


def python_matches(data: bytes) -> Iterator[Match]:
    """Yields the matches of the rules for Python. A statement with the comment ``# nosec`` is accepted by its developer and has
    none."""
    tree = _parsed(data)
    accepted = _accepted(data) if b"nosec" in data else {}
    names, bindings = Names(), Bindings()
    parents: dict[ast.AST, ast.AST] = {}
    sites: list[Site] = []  # whether a request reaches them is known when the whole program is read
    calls: list[ast.Call] = []  # safe if their value is constant
    for node in _in_order(tree, parents):
        bindings.add(node, parents)
        matches = tuple(_matches(node, names, parents))
        if isinstance(node, ast.Call):
            sites.append(Site(node, names.of(node.func), matches))
            if unescaped(node, names):
                calls.append(node)
        elif matches:
            sites.append(Site(node, "", matches))
    bindings.follow((site.node for site in sites if isinstance(site.node, ast.Call)), parents)
    for site in sites:
        for match in request_matches(site, bindings, parents):
            if not _is_accepted(match, _lines(site.node, parents), accepted):
                yield match
    for call in calls:
        match = Match("COD-013", call.lineno, f"{names.of(call.func)}: a text that is not constant")
        if not bindings.is_fixed(call.args[0], scope_of(call, parents)) and not _is_accepted(
            match, _lines(call, parents), accepted
        ):
            yield match


def _matches(node: ast.AST, names: Names, parents: dict[ast.AST, ast.AST]) -> Iterator[Match]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names.add(node)
    elif isinstance(node, ast.Call):
        yield from call_matches(node, names)
    elif isinstance(node, ast.JoinedStr):
        yield from sql_matches(node, parents)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from sql_matches(node, parents)
        yield from password_matches(node, parents)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from names.defaults(node)
        yield from default_matches(node, names)


def _accepted(data: bytes) -> dict[int, str]:
    """The ``# nosec`` comments by which developers accept a line, by line number; {} if the text cannot be tokenised."""
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(data).readline))
    except (tokenize.TokenError, SyntaxError, UnicodeError):
        return {}
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT and "nosec" in token.string}


def _is_accepted(match: Match, lines: range, accepted: dict[int, str]) -> bool:
    """Whether a comment in these lines accepts the match. A comment that names tests of Bandit accepts only their matches."""
    for line in lines if accepted else ():
        named = _TEST.findall(accepted.get(line, ""))
        if line in accepted and (not named or set(named) & set(BANDIT.get(match.rule, ()))):
            return True
    return False


def _lines(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> range:
    """The lines of the statement that contains the node. In a compound statement, the lines of the node only."""
    whole = node
    while not isinstance(whole, ast.stmt) and (parent := parents.get(whole)) is not None:
        whole = parent
    if hasattr(whole, "body"):
        whole = node
    first = getattr(whole, "lineno", 0)
    return range(first, (getattr(whole, "end_lineno", None) or first) + 1)


def _parsed(data: bytes) -> ast.Module:
    if len(data) > MAX_BYTES:
        raise ValueError(f"a program of {len(data):,} bytes is too large to be read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in the text
            return ast.parse(data)
    except (SyntaxError, RecursionError, MemoryError, ValueError, UnicodeError) as error:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise ValueError(f"not a program of Python {version}: {type(error).__name__}") from None


def _in_order(tree: ast.Module, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    """All nodes in the order of the text."""
    stack: list[ast.AST] = [tree]
    count = 0
    while stack:
        node = stack.pop()
        yield node
        count += 1
        if count > MAX_NODES:
            raise ValueError(f"a program of more than {MAX_NODES:,} parts is too large to be read")
        inner = list(ast.iter_child_nodes(node))
        for child in inner:
            parents[child] = node
        stack.extend(reversed(inner))
