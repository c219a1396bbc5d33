"""Where the values of Ruby come from: constants of the program, or a request, as far as one method shows it."""

from collections.abc import Iterator
from typing import Any

from .scope import Setting, Variables
from .tree import MAX_PARTS, named, text

_CONSTANT = frozenset(
    ("string_content", "escape_sequence", "simple_symbol", "integer", "float", "true", "false", "nil", "constant",
     "scope_resolution", "character", "regex", "heredoc_content", "heredoc_end", "file", "line")
)  # fmt: skip
_MADE_OF = frozenset(
    ("string", "subshell", "interpolation", "binary", "parenthesized_statements", "chained_string", "heredoc_body",
     "string_array", "bare_string", "then")
)  # fmt: skip
_OF_REQUESTS = frozenset((b"params", b"cookies"))
# Methods of the request, and methods that pass on what they belong to or are given.
_PARTS = frozenset(
    (b"query_string", b"referer", b"referrer", b"user_agent", b"path_info", b"raw_post", b"body", b"url", b"fullpath")
)
_PASSING = frozenset(
    (b"to_s", b"strip", b"chomp", b"downcase", b"upcase", b"fetch", b"[]", b"read", b"permit", b"require", b"first", b"last",
     b"gsub", b"sub", b"join", b"split", b"format", b"sprintf", b"to_str", b"dup", b"decode64", b"unescape", b"presence",
     b"camelize", b"classify", b"capitalize", b"concat", b"dig", b"values", b"freeze", b"lstrip", b"rstrip", b"+")
)  # fmt: skip
_CONVERTING = frozenset((b"unescape", b"decode64", b"strict_decode64", b"decode_www_form_component", b"URI"))
_QUOTED = frozenset((b"shelljoin", b"to_i", b"to_f", b"pid", b"Integer", b"Float"))
_HARMLESS = frozenset(
    (b"quote", b"quote_table_name", b"quote_column_name", b"quoted_table_name", b"table_name", b"to_i", b"to_f", b"count",
     b"size", b"length", b"id", b"sanitize_sql", b"sanitize_sql_array", b"sanitize_sql_like", b"primary_key",
     b"quoted_primary_key", b"to_sql", b"join", b"quoted_true", b"quoted_false", b"quoted_date", b"arel_table",
     b"column_name", b"name")
)  # fmt: skip
_METHODS = frozenset(("method", "singleton_method"))


class RubyVariables(Variables):
    functions = _METHODS

    def settings(self, node: Any) -> Iterator[Setting]:
        if node.type in ("assignment", "operator_assignment"):
            target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
            if target is not None and target.type == "left_assignment_list":
                yield from (Setting(text(each), value, is_part=True) for each in named(target))
            else:
                yield Setting(text(target), value, node.type == "assignment")
        elif node.type == "block_parameters":
            yield from (Setting(text(each), None, is_part=True) for each in named(node))

    def from_request(self, node: Any) -> bool:
        left = [node]
        for _ in range(MAX_PARTS):
            if not left:
                return False
            part = left.pop()
            if part is None or part.type in _CONSTANT:
                continue
            if part.type == "identifier" or part.type == "instance_variable":
                if (name := text(part)) in _OF_REQUESTS or name in self.scope.of_requests:
                    return True
            elif part.type == "call":
                receiver, method = part.child_by_field_name("receiver"), text(part.child_by_field_name("method"))
                if text(receiver) in (b"request", b"req") and method in _PARTS:
                    return True
                if method in _PASSING or (receiver is None and method in _OF_REQUESTS):
                    left += [receiver, *named(part.child_by_field_name("arguments"))]
                elif method in _CONVERTING or (method == b"parse" and text(receiver) == b"URI"):
                    left += named(part.child_by_field_name("arguments"))
            elif part.type == "element_reference":
                left.append(part.child_by_field_name("object"))
            elif part.type == "conditional":
                left += named(part)[1:]
            elif part.type in _MADE_OF or part.type in ("array", "argument_list", "splat_argument"):
                left += () if _compares(part) else named(part)
        return False

    def varying(self, node: Any) -> Iterator[Any]:
        return _varying(node)

    def is_quoted(self, node: Any) -> bool:
        return _is_quoted(node)


def is_harmless(node: Any) -> bool:
    """Whether each part of a statement that is not constant is a number, a quoted value, or the name of a table."""
    return all(
        _called(part) in _HARMLESS or b"table" in text(part).lower() or b"column" in text(part).lower()
        for part in _varying(node)
    )


def _varying(node: Any) -> Iterator[Any]:
    left = [node]
    for _ in range(MAX_PARTS):
        if not left:
            return
        part = left.pop()
        if part is None or part.type in _CONSTANT:
            continue
        if part.type in _MADE_OF:
            left += named(part)
        elif part.type == "conditional":
            left += named(part)[1:]
        elif part.type == "identifier" and text(part).isupper():
            continue
        else:
            yield part
    yield node  # the other parts may vary


def _is_quoted(node: Any) -> bool:
    name = _called(node)
    return name in _QUOTED or b"quote" in name or b"escape" in name


def _called(node: Any) -> bytes:
    return text(node.child_by_field_name("method")) if node.type == "call" else b""


def _compares(node: Any) -> bool:
    return node.type == "binary" and text(node.child_by_field_name("operator")) not in (b"+", b"<<", b"%", b"||", b"*")
