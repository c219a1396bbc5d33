"""Where the values of PHP come from: constants of the program, or a request, as far as one function shows it."""

from collections.abc import Iterator
from typing import Any

from careen.safety.pattern import pattern

from .scope import Setting, Variables
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
_LISTS = frozenset(("list_literal", "array_creation_expression"))
_CALLS = frozenset(("function_call_expression", "member_call_expression", "scoped_call_expression"))


class PhpVariables(Variables):
    functions = _FUNCTIONS

    def settings(self, node: Any) -> Iterator[Setting]:
        if node.type in ("assignment_expression", "augmented_assignment_expression"):
            target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
            if target is not None and target.type in _LISTS:
                yield from (Setting(name, value, is_part=True) for name in _variables_in(target))
            else:
                yield Setting(text(target), value, node.type == "assignment_expression")
        elif node.type == "foreach_statement":
            value, *targets = named(node)[:2]
            yield from (Setting(name, value, is_part=True) for target in targets for name in _variables_in(target))
        elif node.type in ("global_declaration", "static_variable_declaration", "catch_clause"):
            yield from (Setting(name, None, is_part=True) for name in _variables_in(node))

    def from_request(self, node: Any) -> bool:
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
                if (name := text(part)) in _OF_REQUESTS or name in self.scope.of_requests:
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

    def varying(self, node: Any) -> Iterator[Any]:
        return _varying(node)

    def is_quoted(self, node: Any) -> bool:
        return _is_quoted(node)


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
    yield node  # the other parts may vary


def _variables_in(node: Any) -> Iterator[bytes]:
    left = [node]
    for _ in range(MAX_PARTS):
        if not left:
            return
        part = left.pop()
        if part.type == "variable_name":
            yield text(part)
        elif part.type != "compound_statement":
            left += named(part)


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
