"""Where the values of PHP come from: constants of the program, or a request, as far as one function shows it."""

from collections.abc import Iterator
from typing import Any

from careen.safety.pattern import pattern

from .scope import Scope
from .tree import MAX_PARTS, named, text

_CONSTANT = frozenset(
    ("string", "integer", "float", "boolean", "null", "name", "qualified_name", "class_constant_access_expression", "nowdoc",
     "string_content", "escape_sequence", "heredoc_start", "heredoc_end", "unary_op_expression", "magic_constant")
)  # fmt: skip
_MADE_OF = frozenset(
    ("binary_expression", "parenthesized_expression", "encapsed_string", "heredoc", "heredoc_body", "sequence_expression")
)
_OF_REQUESTS = frozenset((b"$_GET", b"$_POST", b"$_REQUEST", b"$_COOKIE", b"$_FILES"))
_OF_SERVER = pattern(rb"\$_SERVER\s*\[\s*['\"](?:HTTP_\w+|QUERY_STRING|REQUEST_URI|PHP_SELF|PATH_INFO)['\"]\s*\]")
_OF_PHP = pattern(rb"\[\s*['\"](?:tmp_name|size|error)['\"]\s*\]$")  # what PHP itself adds to an uploaded file
_INPUT = pattern(
    rb"(?i)\$(?:this->)?(?:req|request)(?:->(?:query|request|cookies|headers|attributes))?->"
    rb"(?:input|get|query|post|cookie|header|all|getParam|getQueryParam|getParsedBody)$"
)
# Functions that pass on what they are given. The result of another one is not taken for a value of the request.
_PASSING = frozenset(
    (b"trim", b"ltrim", b"rtrim", b"strtolower", b"strtoupper", b"ucfirst", b"lcfirst", b"urldecode", b"rawurldecode",
     b"strval", b"base64_decode", b"hex2bin", b"stripslashes", b"sprintf", b"vsprintf", b"implode", b"join", b"explode",
     b"str_replace", b"substr", b"nl2br", b"html_entity_decode", b"json_decode", b"gzinflate", b"gzuncompress",
     b"str_rot13", b"strrev", b"file_get_contents", b"array_merge", b"reset", b"end", b"current", b"array_pop", b"array_shift",
     b"iconv", b"utf8_decode")
)  # fmt: skip
_QUOTED = frozenset((b"intval", b"floatval", b"getmypid", b"phpversion"))
_NUMBERS = frozenset((b"int", b"integer", b"float", b"double", b"bool", b"boolean"))
_HARMLESS = frozenset(
    (b"intval", b"floatval", b"absint", b"count", b"time", b"quote", b"quotename", b"escape", b"escapeidentifier",
     b"esc_sql", b"real_escape_string", b"mysqli_real_escape_string", b"mysql_real_escape_string", b"pg_escape_string",
     b"pg_escape_literal", b"gettablename", b"tablename", b"prefixtable", b"addslashes", b"date", b"prepare")
)  # fmt: skip
_FUNCTIONS = frozenset(
    ("function_definition", "method_declaration", "anonymous_function", "anonymous_function_creation_expression")
)
_CALLS = frozenset(("function_call_expression", "member_call_expression", "scoped_call_expression"))


class Variables:
    """What the variables of each function are set to. ``note`` takes each node before its children."""

    def __init__(self) -> None:
        self._scopes = [Scope(1 << 62)]

    def note(self, node: Any) -> None:
        while node.start_byte >= self._scopes[-1].end:
            self._scopes.pop()
        if node.type in _FUNCTIONS:
            self._scopes.append(Scope(node.end_byte))
        elif node.type in ("assignment_expression", "augmented_assignment_expression"):
            value = node.child_by_field_name("right")
            replaces = node.type == "assignment_expression"
            self._scopes[-1].set(
                text(node.child_by_field_name("left")), self.from_request(value), self.changes(value), replaces
            )

    def changes(self, node: Any, quoted: bool = False) -> bool:
        """Whether a value is not constant. ``quoted``: what is quoted for a shell counts as constant."""
        fixed = self._scopes[-1].fixed
        return any(not (quoted and _is_quoted(part)) and text(part) not in fixed for part in _varying(node))

    def from_request(self, node: Any) -> bool:
        """Whether the value is made of one of the request."""
        left = [node]
        for _ in range(MAX_PARTS):
            if not left:
                return False
            part = left.pop()
            if part is None or part.type in _CONSTANT:
                continue
            if part.type in _CALLS:
                if _INPUT.search(text(part).partition(b"(")[0]):
                    return True
                left += named(part.child_by_field_name("arguments")) if _called(part) in _PASSING else ()
            elif part.type == "variable_name":
                if (name := text(part)) in _OF_REQUESTS or name in self._scopes[-1].of_requests:
                    return True
            elif part.type == "subscript_expression":
                if _OF_SERVER.fullmatch(text(part)):
                    return True
                left += () if _OF_PHP.search(text(part)) else named(part)[:1]
            elif part.type == "conditional_expression":
                left += named(part)[1:]
            elif part.type == "cast_expression":
                left += () if text(part.child_by_field_name("type")).lower() in _NUMBERS else named(part)[1:]
            elif not (part.type == "binary_expression" and _compares(part)):
                left += named(part) if part.type not in _FUNCTIONS else ()
        return False


def is_harmless(node: Any) -> bool:
    """Whether each part of a statement that is not constant is a number, a quoted value, or the name of a table."""
    return all(_is_number(part) or _called(part) in _HARMLESS or _names_a_table(part) for part in _varying(node))


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
        elif part.type == "conditional_expression":
            left += named(part)[1:]
        else:
            yield part


def _is_quoted(node: Any) -> bool:
    return _is_number(node) or (name := _called(node)) in _QUOTED or b"escapeshell" in name or b"quote" in name


def _is_number(node: Any) -> bool:
    return node.type == "cast_expression" and text(node.child_by_field_name("type")).lower() in _NUMBERS


def _names_a_table(node: Any) -> bool:
    """``$wpdb->posts``, ``$this->table``, ``self::$table``, ``$table_name``"""
    name = text(node).rpartition(b">")[2].rpartition(b":")[2].strip(b"${}").lower()
    return text(node).startswith(b"$wpdb->") or b"table" in name or b"prefix" in name


def _called(node: Any) -> bytes:
    if node.type not in _CALLS:
        return b""
    return text(node.child_by_field_name("function") or node.child_by_field_name("name")).lstrip(b"\\").lower()


def _compares(node: Any) -> bool:
    return text(node.child_by_field_name("operator")) in (
        b"==",
        b"===",
        b"!=",
        b"!==",
        b"<",
        b">",
        b"<=",
        b">=",
        b"&&",
        b"||",
        b"<>",
    )
