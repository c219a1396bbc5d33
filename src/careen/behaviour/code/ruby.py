"""Dangerous code in Ruby, read as a syntax tree.

Raises: ValueError as ``tree.nodes`` does.
**Source:** the documentation of Ruby (Kernel, Open3, Marshal, Psych, OpenSSL, Net) and of Rails, "Securing Rails Applications".
"""

from collections.abc import Iterator
from typing import Any

from careen.model.advisory import Severity
from careen.model.finding import Confidence
from careen.safety.pattern import pattern

from .passwords import is_password, names_password, password_set
from .ruby_values import RubyVariables, is_harmless
from .rules import Match
from .scope import Call, Variables
from .tree import line_of, named, nodes, number, shown, text, unquoted

_SHELLS = frozenset((b"system", b"exec", b"spawn"))
_PIPES = frozenset((b"capture2", b"capture2e", b"capture3", b"popen2", b"popen2e", b"popen3", b"pipeline", b"popen"))
_EVALUATORS = frozenset((b"eval", b"instance_eval", b"class_eval", b"module_eval"))
_CLAUSES = frozenset((b"where", b"order", b"reorder", b"having", b"joins", b"group", b"pluck", b"update_all", b"delete_all"))
_RAW = frozenset(
    (b"find_by_sql", b"count_by_sql", b"execute", b"exec_query", b"exec_update", b"exec_delete", b"select_all", b"select_value",
     b"select_values", b"select_rows", b"query")
)  # fmt: skip
_FILES = frozenset(
    (b"read", b"open", b"new", b"readlines", b"write", b"binread", b"binwrite", b"delete", b"unlink", b"foreach")
)
_HOLDERS = frozenset((b"File", b"IO", b"FileUtils", b"Dir"))
_SQL = pattern(
    rb"(?is)^['\"%\[(<]{0,8}\s*(?:select\s.*\sfrom\b|insert\s+into\b|update\s.*\sset\b|delete\s+from\b|drop\s+table)"
)
_CONDITION = pattern(rb"(?is)(?:=|<|>|\blike\b|\bin\s*\()\s*['\"%(]{0,3}#\{")
_UNVERIFIED = frozenset((b"verify", b"verify_ssl", b"ssl_verifypeer", b"ssl_verify", b"verify_peer", b"ssl_verify_peer"))
_WEAK_CIPHER = pattern(rb"(?i)^(?:des|rc2|rc4|bf|cast5?|idea|seed)(?:-|$)|-ecb$")
_OPEN = pattern(rb"^(?:0o?)[0-7]?(?:777|666)$")
_CLIENTS = frozenset((b"Excon", b"Faraday", b"HTTP", b"HTTParty", b"Net::HTTP", b"RestClient", b"Typhoeus"))
_METHODS = frozenset((b"delete", b"get", b"get_response", b"head", b"patch", b"post", b"post_form", b"put"))


def ruby_matches(data: bytes) -> Iterator[Match]:
    variables = RubyVariables()
    for node in nodes(data, "ruby"):
        variables.note(node)
        kind, line = node.type, line_of(node)
        if kind == "call":
            yield from _call(node, line, variables)
        elif kind == "subshell" and variables.changes(node, quoted=True):
            yield Match(
                "COD-001", line, "a shell runs a text that is not constant", "high" if variables.from_request(node) else None
            )
        elif kind == "pair":
            yield from _pair(node, line)
        elif kind == "assignment":
            yield from _assignment(node, line)


def _call(node: Any, line: int, variables: Variables) -> Iterator[Match]:
    receiver, name = text(node.child_by_field_name("receiver")), text(node.child_by_field_name("method"))
    call = Call(node, line, name, named(node.child_by_field_name("arguments")), variables, receiver)
    if _starts_shell(call):
        sure: Confidence | None = "possible" if call.first.type == "identifier" and not call.severity else None
        what = shown(b".".join(filter(None, (receiver, name))))
        yield Match("COD-001", line, f"{what}: a shell runs a text that is not constant", call.severity, sure)
    elif name == b"open" and receiver in (b"", b"Kernel", b"URI") and call.severity:
        yield Match("COD-001", line, "open: a value of a request that begins with | starts a program", "high")
    elif name in _RAW or name in _CLAUSES:
        yield from _query(call)
    else:
        yield from _evaluation(call)
        yield from _file(call)
        yield from _protection(call)


def _starts_shell(call: Call) -> bool:
    is_start = (call.name in _SHELLS and call.receiver in (b"", b"Kernel", b"Process")) or (
        call.name in _PIPES and call.receiver in (b"Open3", b"IO", b"PTY")
    )
    return is_start and _is_one_text(call.arguments) and call.changes(quoted=True)


def _evaluation(call: Call) -> Iterator[Match]:
    receiver, name, line = call.receiver, call.name, call.line
    if name in _EVALUATORS and _is_text(call.arguments) and call.changes():
        yield Match("COD-002", line, f"{shown(name)} of a text that is not constant", call.severity)
    elif name in (b"send", b"public_send", b"__send__", b"const_get") and call.severity:
        yield Match("COD-002", line, f"{shown(name)}: a request chooses what is called", "high")
    elif name in (b"constantize", b"safe_constantize") and _is_of_request(call):
        yield Match("COD-002", line, f"{shown(name)}: a request chooses the class", "high")
    elif (
        name == b"render" and (template := _option(call.arguments, b"inline")) is not None and call.variables.changes(template)
    ):
        severity: Severity | None = "high" if call.variables.from_request(template) else None
        yield Match("COD-002", line, "render: a template is made of text that is not constant", severity)
    elif (name in (b"load", b"restore") and receiver == b"Marshal" and call.changes()) or (
        receiver in (b"YAML", b"Psych") and (name == b"unsafe_load" or (name == b"load" and call.severity))
    ):
        yield Match("COD-003", line, f"{shown(receiver)}.{shown(name)}: makes any object", call.severity)
    elif name in (b"html_safe", b"raw") and (_is_of_request(call) or (not receiver and call.severity)):
        yield Match("COD-013", line, f"{shown(name)}: a value of a request is not escaped", None, "likely")
    elif name == b"noent" or (name == b"parse" and b"NOENT" in text(call.node)):
        yield Match("COD-014", line, "entities are replaced (NOENT)")


def _file(call: Call) -> Iterator[Match]:
    if call.receiver in _HOLDERS and call.name.startswith(b"chmod"):
        if _OPEN.match(text(call.first)):
            yield Match("COD-017", call.line, "chmod lets everybody write")
    elif not call.severity:
        return
    elif call.receiver in _CLIENTS and call.name in _METHODS and call.first.type not in ("string", "binary"):
        yield Match("COD-021", call.line, f"{shown(call.receiver)}.{shown(call.name)}: a request chooses the address")
    elif call.receiver in _HOLDERS and (call.name in _FILES or call.name.startswith((b"rm", b"cp", b"mv"))):
        yield Match("COD-010", call.line, f"{shown(call.receiver)}.{shown(call.name)}: a path from a request")
    elif call.name in (b"send_file", b"render") and not call.receiver and call.first.type != "pair":
        yield Match("COD-010", call.line, f"{shown(call.name)}: a path from a request")


def _protection(call: Call) -> Iterator[Match]:
    receiver, first = call.receiver, call.first
    if receiver.startswith((b"Digest::MD5", b"Digest::SHA1", b"OpenSSL::Digest::MD5")) and names_password(text(first)):
        yield Match("COD-007", call.line, f"{shown(receiver)} of a password", "medium")
    elif receiver == b"OpenSSL::Cipher" and call.name == b"new" and _WEAK_CIPHER.search(unquoted(first)):
        yield Match("COD-008", call.line, f"OpenSSL::Cipher: {shown(unquoted(first))}")
    elif receiver == b"OpenSSL::PKey::RSA" and call.name in (b"new", b"generate") and number(first) < 2048:
        yield Match("COD-009", call.line, f"RSA: {number(first)}")
    elif receiver in (b"Net::FTP", b"Net::Telnet") and call.name in (b"new", b"open"):
        yield Match("COD-016", call.line, f"{shown(receiver)} encrypts nothing")


def _is_of_request(call: Call) -> bool:
    """Whether the call belongs to a value of a request."""
    return call.variables.from_request(call.node.child_by_field_name("receiver"))


def _is_text(arguments: list[Any]) -> bool:
    """Whether text is evaluated, and no block. Text with the place of its source is how libraries define methods."""
    first = arguments[0].type if arguments else "block"
    return first not in ("block", "block_argument") and all(text(argument) != b"__FILE__" for argument in arguments)


def _is_one_text(arguments: list[Any]) -> bool:
    """Whether a program is started with one text, which a shell reads, and no list of arguments."""
    texts = [argument for argument in arguments if argument.type not in ("pair", "hash", "block_argument")]
    return len(texts) == 1 and texts[0].type not in ("splat_argument", "array")


def _query(call: Call) -> Iterator[Match]:
    first, what = call.first, shown(call.name)
    if first is None:
        return
    if call.name in _CLAUSES and call.severity and first.type not in ("pair", "hash"):
        yield Match("COD-004", call.line, f"{what}: a value of a request is part of a statement of SQL", "high", "likely")
    elif _is_statement(call) and call.changes() and not is_harmless(first):
        sql = Match("COD-004", call.line, f"{what}: a statement of SQL is made of text")
        yield sql._replace(severity="high", confidence="likely") if call.severity else sql


def _is_statement(call: Call) -> bool:
    wanted = _SQL if call.name in _RAW else _CONDITION
    return call.first.type in ("string", "binary") and wanted.search(text(call.first)) is not None


def _pair(node: Any, line: int) -> Iterator[Match]:
    key, value = text(node.child_by_field_name("key")).strip(b"'\":"), node.child_by_field_name("value")
    if (key in _UNVERIFIED and text(value) == b"false") or _is_unverified(value):
        yield Match("COD-005", line, f"{shown(key)} is off")
    elif key in (b"ssl_version", b"min_version") and text(value).strip(b"':\"") in (b"SSLv2", b"SSLv3", b"TLSv1", b"TLSv1_1"):
        yield Match("COD-006", line, f"{shown(key)}: {shown(text(value))}")
    elif is_password(key) and value is not None:
        yield from _password(key, value, line)


def _assignment(node: Any, line: int) -> Iterator[Match]:
    name, value = text(node.child_by_field_name("left")).rstrip(b"]'\""), node.child_by_field_name("right")
    if name.endswith((b"verify_mode", b"VERIFY_PEER")) and _is_unverified(value):
        yield Match("COD-005", line, f"{shown(name)} is VERIFY_NONE")
    elif is_password(name) and value is not None:
        yield from _password(name, value, line)


def _is_unverified(value: Any) -> bool:
    return value is not None and value.type in ("scope_resolution", "constant") and text(value).endswith(b"VERIFY_NONE")


def _password(name: bytes, value: Any, line: int) -> Iterator[Match]:
    parts = named(value) if value.type in ("string",) else [value]
    if all(part.type in ("string_content", "escape_sequence") for part in parts):
        yield from password_set(name, unquoted(value), line)


def _option(arguments: list[Any], key: bytes) -> Any:
    pairs = [argument for argument in arguments if argument.type == "pair"]
    return next(
        (pair.child_by_field_name("value") for pair in pairs if text(pair.child_by_field_name("key")).strip(b":\"'") == key),
        None,
    )
