"""Dangerous code in PHP, read as a syntax tree. Text outside of the tags of PHP is left out.

Raises: ValueError as ``tree.nodes`` does.
**Source:** the PHP manual (program execution, streams, cURL, OpenSSL, sessions); OWASP, PHP Configuration Cheat Sheet.
"""

from collections.abc import Iterator
from typing import Any

from careen.model.advisory import Severity
from careen.model.finding import Confidence
from careen.safety.pattern import pattern

from .passwords import is_password, names_password, password_set
from .php_values import PhpVariables, is_harmless
from .rules import Match
from .scope import Call, Variables
from .tree import line_of, named, nodes, number, shown, text, unquoted

_SHELLS = frozenset((b"exec", b"system", b"passthru", b"shell_exec", b"popen", b"proc_open"))
_INCLUDES = frozenset(f"{word}_expression" for word in ("include", "include_once", "require", "require_once"))
_QUERIES = frozenset(
    (b"query", b"exec", b"execute", b"multi_query", b"real_query", b"prepare", b"get_results", b"get_row", b"get_var",
     b"get_col", b"unprepared", b"statement", b"select", b"whereraw", b"selectraw", b"orderbyraw", b"havingraw", b"createquery",
     b"executequery", b"mysqli_query", b"mysqli_multi_query", b"mysql_query", b"pg_query", b"pg_send_query", b"sqlite_query",
     b"mssql_query", b"sqlsrv_query", b"odbc_exec", b"raw")
)  # fmt: skip
_FILES = frozenset(
    (b"file_get_contents", b"file_put_contents", b"fopen", b"file", b"readfile", b"unlink", b"copy", b"rename", b"rmdir",
     b"move_uploaded_file", b"show_source", b"highlight_file", b"simplexml_load_file", b"parse_ini_file", b"opendir",
     b"scandir")
)  # fmt: skip
_OPEN = pattern(rb"0[oO]?(?:777|666)")
_SQL = pattern(
    rb"(?is)^['\"]\s*(?:select\s.*\sfrom\b|insert\s+(?:\w+\s+)?into\b|update\s.*\sset\b|delete\s+from\b|replace\s+into\b|"
    rb"alter\s+table|drop\s+table)"
)
_UNVERIFIED = frozenset((b"verify", b"verify_peer", b"verify_peer_name", b"verify_host", b"sslverify", b"ssl_verify"))
_WEAK_CIPHER = pattern(rb"(?i)^(?:des|rc2|rc4|bf|cast5?|idea|seed)(?:-|$)|-ecb$")
_EVALUATED = pattern(rb"^(['\"]).*(\W)(?:[a-zA-Z]*e[a-zA-Z]*)\1$")  # of preg_replace, with the letter e among its modifiers


def php_matches(data: bytes) -> Iterator[Match]:
    variables = PhpVariables()
    printed = -1  # where an expression begins that ``<?=`` prints
    for node in nodes(data, "php", "language_php"):
        variables.note(node)
        kind, line = node.type, line_of(node)
        if kind == "function_call_expression":
            yield from _call(node, line, variables)
        elif kind in ("member_call_expression", "scoped_call_expression", "nullsafe_member_call_expression"):
            yield from _method(node, line, variables)
        elif kind == "shell_command_expression" and any(child.type != "string_content" for child in named(node)):
            worst: Severity | None = "high" if variables.from_request(node) else None
            yield Match("COD-001", line, "a shell runs a text that is not constant", worst)
        elif kind in _INCLUDES and variables.from_request(node):
            yield Match("COD-010", line, f"{kind.partition('_')[0]}: a path from a request", "high")
        elif kind in ("echo_statement", "print_intrinsic") or (kind == "expression_statement" and node.start_byte == printed):
            if variables.from_request(node):
                yield Match("COD-013", line, "a value of a request is printed", None, "likely")
        elif kind == "php_tag" and text(node) == b"<?=":
            following = node.next_named_sibling or (node.parent.next_named_sibling if node.parent is not None else None)
            printed = following.start_byte if following is not None else -1
        elif kind == "array_element_initializer":
            yield from _element(node, line)
        elif kind in ("assignment_expression", "property_element", "const_element"):
            yield from _assignment(node, line)


def _call(node: Any, line: int, variables: Variables) -> Iterator[Match]:
    function = node.child_by_field_name("function")
    call = Call(node, line, text(function).lstrip(b"\\").lower(), _arguments(node), variables)
    if function is not None and function.type in ("variable_name", "subscript_expression") and variables.from_request(function):
        yield Match("COD-002", line, "a request chooses the function that is called", "high")
    elif call.name in _SHELLS and call.changes(quoted=True):
        # A variable may be quoted elsewhere.
        sure: Confidence | None = "possible" if call.first.type == "variable_name" and not call.severity else None
        yield Match("COD-001", line, f"{shown(call.name)}: a shell runs a text that is not constant", call.severity, sure)
    elif call.name in _QUERIES:
        yield from _query(call)
    elif call.name in _FILES and any(map(variables.from_request, call.arguments[:2])):
        yield Match("COD-010", line, f"{shown(call.name)}: a path from a request")
    elif call.name == b"chmod" and len(call.arguments) > 1 and _OPEN.fullmatch(text(call.arguments[1])):
        yield Match("COD-017", line, "chmod lets everybody write")
    elif call.name == b"define" and len(call.arguments) > 1 and is_password(unquoted(call.first)):
        yield from _password(unquoted(call.first), call.arguments[1], line)
    else:
        yield from _evaluation(call)
        yield from _protection(call)


def _evaluation(call: Call) -> Iterator[Match]:
    name, line = call.name, call.line
    if name in (b"eval", b"create_function") and call.arguments and call.variables.changes(call.arguments[-1]):
        yield Match("COD-002", line, f"{shown(name)} of a text that is not constant", call.severity)
    elif name in (b"array_map", b"assert", b"call_user_func", b"call_user_func_array") and call.severity:
        yield Match("COD-002", line, f"{shown(name)} of a value of a request", "high")
    elif name == b"preg_replace" and _EVALUATED.fullmatch(text(call.first)):
        yield Match("COD-002", line, "preg_replace evaluates what it replaces (/e)")
    elif name == b"extract" and call.severity:
        yield Match("COD-002", line, "extract: a request sets variables", "high")
    elif name == b"unserialize" and call.changes() and b"allowed_classes" not in text(call.node):
        yield Match("COD-003", line, "unserialize: makes objects, whose methods run", call.severity)
    elif (name in (b"printf", b"vprintf") or (name == b"print_r" and len(call.arguments) == 1)) and any(
        map(call.variables.from_request, call.arguments)
    ):
        yield Match("COD-013", line, "a value of a request is printed", None, "likely")


def _protection(call: Call) -> Iterator[Match]:
    name, line, arguments = call.name, call.line, call.arguments
    if name == b"curl_init" and _is_address(call.first, call.variables):
        yield Match("COD-021", line, "curl_init: a request chooses the address")
    elif name in (b"curl_setopt", b"curl_share_setopt") and len(arguments) == 3:
        if text(arguments[1]) == b"CURLOPT_URL" and _is_address(arguments[2], call.variables):
            yield Match("COD-021", line, "CURLOPT_URL: a request chooses the address")
        yield from _curl(text(arguments[1]), arguments[2], line)
    elif name in (b"md5", b"sha1") and names_password(text(call.first)):
        yield Match("COD-007", line, f"{shown(name)} of a password", "medium")
    elif name == b"mcrypt_encrypt" or (
        name in (b"openssl_encrypt", b"openssl_decrypt") and len(arguments) > 1 and _WEAK_CIPHER.search(unquoted(arguments[1]))
    ):
        yield Match("COD-008", line, f"{shown(name)}: a weak cipher or mode")
    elif name == b"libxml_disable_entity_loader" and text(call.first).lower() == b"false":
        yield Match("COD-014", line, "external entities are loaded")
    elif name.startswith(b"simplexml_load_"):
        yield from _entities(arguments, line)
    elif name == b"ftp_connect":
        yield Match("COD-016", line, "FTP encrypts nothing")


def _is_address(node: Any, variables: Variables) -> bool:
    """Whether a value is one of a request as a whole. If other text is before it, the program chooses the host."""
    return node is not None and node.type not in ("binary_expression", "encapsed_string") and variables.from_request(node)


def _method(node: Any, line: int, variables: Variables) -> Iterator[Match]:
    name, arguments = text(node.child_by_field_name("name")).lower(), _arguments(node)
    if name in _QUERIES:
        yield from _query(Call(node, line, name, arguments, variables))
    elif name in (b"loadxml", b"load"):
        yield from _entities(arguments, line)


def _entities(arguments: list[Any], line: int) -> Iterator[Match]:
    if any(b"LIBXML_NOENT" in text(argument) for argument in arguments[1:]):
        yield Match("COD-014", line, "entities are replaced (LIBXML_NOENT)")


def _query(call: Call) -> Iterator[Match]:
    for argument in call.arguments[:2]:
        if argument.type not in ("binary_expression", "encapsed_string", "parenthesized_expression"):
            continue
        if call.variables.changes(argument) and not is_harmless(argument) and (_is_sql(argument) or call.name.endswith(b"raw")):
            sql = Match("COD-004", call.line, f"{shown(call.name)}: a statement of SQL is made of text")
            yield sql._replace(severity="high", confidence="likely") if call.variables.from_request(argument) else sql
            return


def _is_sql(node: Any) -> bool:
    start = node
    while start.type in ("binary_expression", "parenthesized_expression"):
        left = start.child_by_field_name("left") or next(iter(named(start)), None)
        if left is None:
            return False
        start = left
    return bool(_SQL.search(text(start) if start.type != "encapsed_string" else text(node)))


def _curl(option: bytes, value: Any, line: int) -> Iterator[Match]:
    is_off = text(value).lower() in (b"false", b"0")
    if option in (b"CURLOPT_SSL_VERIFYPEER", b"CURLOPT_SSL_VERIFYHOST", b"CURLOPT_PROXY_SSL_VERIFYPEER") and is_off:
        yield Match("COD-005", line, f"{shown(option)} is off")
    elif option == b"CURLOPT_SSLVERSION" and text(value).endswith((b"_SSLv2", b"_SSLv3", b"_TLSv1_0", b"_TLSv1_1")):
        yield Match("COD-006", line, f"{shown(option)}: {shown(text(value))}")


def _element(node: Any, line: int) -> Iterator[Match]:
    parts = named(node)
    if len(parts) != 2:
        return
    key, value = unquoted(parts[0]), parts[1]
    if key in _UNVERIFIED and text(value).lower() == b"false":
        yield Match("COD-005", line, f"{shown(key)} is false")
    elif key.startswith(b"CURLOPT_SSL"):
        yield from _curl(key, value, line)
    elif key == b"private_key_bits" and number(value) < 2048:
        yield Match("COD-009", line, f"{shown(key)}: {number(value)}")
    elif is_password(key) and parts[0].type in ("string", "encapsed_string"):
        yield from _password(key, value, line)


def _assignment(node: Any, line: int) -> Iterator[Match]:
    parts = named(node)
    if len(parts) > 1 and is_password(name := unquoted(parts[0]).rstrip(b"]'\"")):
        yield from _password(name, parts[-1], line)


def _password(name: bytes, value: Any, line: int) -> Iterator[Match]:
    parts = named(value) if value.type in ("string", "encapsed_string") else [value]
    if all(part.type in ("string_content", "escape_sequence") for part in parts):
        yield from password_set(name, unquoted(value), line)


def _arguments(node: Any) -> list[Any]:
    """The values of the arguments, without their names."""
    return [named(argument)[-1] for argument in named(node.child_by_field_name("arguments")) if named(argument)]
