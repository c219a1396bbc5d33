"""Syntax trees of programs, walked within bounds.

Raises: ValueError for text that is too large or takes too long, and without the grammar (the extra ``behaviour``).
"""

import importlib
import time
from collections.abc import Iterator
from typing import Any

MAX_BYTES = 512 * 1024
MAX_NODES = 400_000
MAX_LETTERS = 2_000  # of a node whose text is examined
MAX_CHILDREN = 1_000  # of a node whose children are examined
MAX_PARTS = 300  # of a value
MAX_LINE = 5_000  # bytes on average: a file with longer lines is minified or generated, not the application's own text
TIMEOUT_S = 2.0
_LANGUAGES = {"javascript": "JavaScript", "php": "PHP", "ruby": "Ruby"}


def nodes(data: bytes, language: str, entry: str = "language") -> Iterator[Any]:
    """The nodes of a program, each before its children. ``entry`` is the function of the grammar's module."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"a program of {len(data):,} bytes is too large to be read")
    if len(data) > MAX_LINE * (data.count(b"\n") + 1):
        raise ValueError(f"a program with over {MAX_LINE:,} bytes a line is not read: it is minified or generated")
    cursor = _parsed(data, language, entry).walk()
    for _ in range(MAX_NODES):
        yield cursor.node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return
    raise ValueError(f"a program of more than {MAX_NODES:,} parts is too large to be read")


def _parsed(data: bytes, language: str, entry: str) -> Any:
    try:
        grammar = importlib.import_module(f"tree_sitter_{language}")
    except ImportError:
        raise ValueError(f"to read {_LANGUAGES[language]}, install careen[behaviour]") from None
    from tree_sitter import Language, Parser

    end = time.monotonic() + TIMEOUT_S
    parser = Parser(Language(getattr(grammar, entry)()))
    try:
        return parser.parse(
            lambda offset, _: data[offset : offset + 65536], progress_callback=lambda *_: time.monotonic() > end
        )
    except ValueError:
        raise ValueError("this program takes too long to read") from None


def line_of(node: Any) -> int:
    line: int = node.start_point[0] + 1
    return line


def named(node: Any) -> list[Any]:
    """The named children, without comments; [] of None, and of a node with too many."""
    if node is None or node.named_child_count > MAX_CHILDREN:
        return []
    return [child for child in node.named_children if child.type != "comment"]


def text(node: Any) -> bytes:
    """The text of a node; b"" of None, and of a node that is too long."""
    if node is None or node.end_byte - node.start_byte > MAX_LETTERS:
        return b""
    return node.text or b""


def unquoted(node: Any) -> bytes:
    """The text of a string or a name, without quotes."""
    return text(node).strip(b"'\"`")


def number(node: Any) -> int:
    """A whole number; a large one if it is none."""
    digits = text(node)
    return int(digits) if digits.isdigit() and len(digits) < 10 else 1 << 20


def shown(name: bytes) -> str:
    return name.decode(errors="replace")[:80]
