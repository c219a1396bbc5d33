"""Dangerous code in JavaScript, read as a syntax tree. TypeScript is read as far as it is JavaScript.

Raises: ValueError for text that is too large or takes too long, and without the grammar (the extra ``behaviour``).
**Source:** ECMA-262; the documentation of Node.js (child_process, crypto, tls, fs, vm).
"""

from collections.abc import Iterator
from typing import Any

from careen.safety.pattern import pattern

from .javascript_processes import Processes
from .javascript_values import CONSTANT, JavascriptVariables
from .rules import OF_REQUEST, Match
from .tree import line_of, named, nodes, number, shown, text, unquoted

_SQL = pattern(rb"(?is)^[`'\"]\s*(?:select\s.*\sfrom\s|insert\s+into\s|update\s.*\sset\s|delete\s+from\s)")
_SECRET = pattern(rb"(?i)(?:^|_|[a-z])(?:password|passwd|pwd|secret|api_?key|auth_?token)$")
_OF_REQUEST = pattern(rb"\b(?:req|request|ctx|context\.request)\.(?:params|query|body|headers|cookies|files|url)\b")
# What chooses or converts a value: an index, and functions whose result is a number or is quoted.
_CHANGED = pattern(
    rb"(?<=[\w)])\[[^\[\]]{0,200}\]|\b(?:\w*[qQ]uote|parseFloat|parseInt|Number|\w*[eE]scape\w*)\([^()]{0,200}\)"
)
MAX_TEXT = 4096
_SHELLS = frozenset((b"exec", b"execSync"))
_PROGRAMS = frozenset((b"spawn", b"spawnSync", b"execFile", b"execFileSync"))
_READS = frozenset(
    (b"readFile", b"readFileSync", b"createReadStream", b"sendFile", b"unlink", b"unlinkSync", b"writeFile", b"writeFileSync",
     b"download")
)  # fmt: skip
_WRITES = frozenset((b"document.write", b"document.writeln"))
_ANSWERS = frozenset((b"res", b"response", b"reply"))
_WRITES_OF_ANSWERS = frozenset((b"send", b"write", b"end"))
_FETCHERS = frozenset(
    (b"fetch", b"axios", b"got", b"needle", b"nodeFetch", b"phin", b"superagent", b"undici.request", b"undici.fetch",
     b"http.get", b"https.get", b"http.request", b"https.request", b"request.get", b"rp")
)  # fmt: skip
_CLIENTS = frozenset((b"axios", b"got", b"needle", b"superagent"))
_METHODS = frozenset((b"get", b"post", b"put", b"delete", b"patch", b"head", b"request", b"stream"))
_WEAK_HASH = frozenset((b"md4", b"md5", b"sha1", b"ripemd160"))
_WEAK_CIPHER = pattern(rb"(?i)^(?:des|des3|rc2|rc4|bf|blowfish|idea|seed)(?:-|$)|-ecb$")
_VERSIONS = pattern(rb"^(?:TLSv1(?:\.1)?|SSLv[23])(?:_method)?$")


def javascript_matches(data: bytes) -> Iterator[Match]:
    processes, variables = Processes(data), JavascriptVariables()
    is_of_browser = b"respondWith" in data  # a service worker, which gets requests of its own page
    for node in nodes(data, "javascript"):
        variables.note(node)
        if node.type in ("call_expression", "new_expression"):
            for match in _call(node, line_of(node), processes):
                of_request = match.rule in OF_REQUEST and match.severity is None and _has_request(node, variables)
                yield match._replace(text=f"{match.text}, with a value of a request", severity="high") if of_request else match
            yield from () if is_of_browser else _with_requests(node, line_of(node), variables)
        elif node.type == "pair":
            yield from _pair(node, line_of(node))
        elif node.type in ("assignment_expression", "variable_declarator"):
            yield from _assignment(node, line_of(node))


def _call(node: Any, line: int, processes: Processes) -> Iterator[Match]:
    name = text(node.child_by_field_name("function") or node.child_by_field_name("constructor"))
    arguments = named(node.child_by_field_name("arguments"))
    first = arguments[0] if arguments else None
    method = name.rpartition(b".")[2]
    if name in (b"eval", b"Function", b"window.eval", b"global.eval", b"globalThis.eval") and arguments:
        if _changes(arguments[-1]):
            yield Match("COD-002", line, f"{shown(name)} of a text that is not constant")
    elif method in (b"runInNewContext", b"runInThisContext", b"runInContext") and name.startswith(b"vm.") and _changes(first):
        yield Match("COD-002", line, f"{shown(name)} of a text that is not constant")
    elif (
        name in (b"setTimeout", b"setInterval") and first is not None and first.type in ("template_string", "binary_expression")
    ):
        yield Match("COD-002", line, f"{shown(name)} of a text")
    elif (function := processes.function(name)) in _SHELLS and _changes(first):
        yield Match("COD-001", line, f"{shown(name)}: a shell runs a text that is not constant")
    elif function in _PROGRAMS and _has_option(arguments, b"shell", b"true"):
        yield Match("COD-001", line, f"{shown(name)}: a shell runs it", None if _changes(first) else "low")
    elif method == b"unserialize" or (
        method in (b"load", b"loadAll") and b"yaml" in name.lower() and b"DEFAULT_FULL_SCHEMA" in text(node)
    ):
        yield Match("COD-003", line, f"{shown(name)}: makes functions out of data")
    elif method in (b"query", b"execute", b"raw", b"$queryRawUnsafe", b"$executeRawUnsafe") and _is_sql(first):
        yield Match("COD-004", line, f"{shown(name)}: a statement of SQL is made of text", None, "likely")
    elif method == b"createHash" and unquoted(first).lower() in _WEAK_HASH:
        yield Match("COD-007", line, f"{shown(name)}: {shown(unquoted(first))}")
    elif (method in (b"createCipher", b"createDecipher") and name in (method, b"crypto." + method)) or (
        method in (b"createCipheriv", b"createDecipheriv") and _WEAK_CIPHER.search(unquoted(first))
    ):
        yield Match("COD-008", line, f"{shown(name)}: {shown(unquoted(first)) or 'a weak cipher'}")
    elif arguments and (name in _WRITES or method == b"insertAdjacentHTML") and _changes(arguments[-1]):
        yield Match("COD-013", line, f"{shown(name)} of a text that is not constant")


def _with_requests(call: Any, line: int, variables: JavascriptVariables) -> Iterator[Match]:
    """The matches of calls that are dangerous with a value of a request only."""
    name = text(call.child_by_field_name("function"))
    arguments = named(call.child_by_field_name("arguments"))
    receiver, _, method = name.rpartition(b".")
    first = arguments[0] if arguments else None
    if first is None:
        return
    if method in _READS and (variables.from_request(first) or _OF_REQUEST.search(_CHANGED.sub(b"", text(first)))):
        if not _has_option(arguments, b"root"):
            yield Match("COD-010", line, f"{shown(name)}: a path from a request")
    elif method in _WRITES_OF_ANSWERS and receiver in _ANSWERS and first.type in ("template_string", "binary_expression"):
        if b"<" in text(first) and variables.from_request(first):
            yield Match("COD-013", line, f"{shown(name)}: a value of a request is in a page", None, "likely")
    elif name in _FETCHERS or (receiver in _CLIENTS and method in _METHODS):
        address = _option(arguments, b"url") or _option(arguments, b"uri") if first.type == "object" else first
        if address is not None and not text(address).endswith(b".url") and variables.begins_with_request(address):
            yield Match("COD-021", line, f"{shown(name)}: a request chooses the address")


def _has_request(call: Any, variables: JavascriptVariables) -> bool:
    """Whether what a visitor sends is in the text that a call is given: its first argument, of Function the last."""
    arguments = named(call.child_by_field_name("arguments"))
    is_function = text(call.child_by_field_name("function") or call.child_by_field_name("constructor")) == b"Function"
    if not arguments:
        return False
    given = arguments[-1 if is_function else 0]
    return variables.from_request(given) or _OF_REQUEST.search(_CHANGED.sub(b"", text(given)[:MAX_TEXT])) is not None


def _pair(node: Any, line: int) -> Iterator[Match]:
    key, value = unquoted(node.child_by_field_name("key")), node.child_by_field_name("value")
    if key in (b"rejectUnauthorized", b"strictSSL") and text(value) == b"false":
        yield Match("COD-005", line, f"{shown(key)} is false")
    elif key == b"noent" and text(value) == b"true":
        yield Match("COD-014", line, "entities are replaced (noent)")
    elif key == b"algorithms" and value is not None and any(unquoted(part).lower() == b"none" for part in named(value)):
        yield Match("COD-022", line, "a token without a signature is accepted")
    elif key == b"origin" and text(value) == b"true" and text(_pair_of(node.parent, b"credentials")) == b"true":
        yield Match("COD-023", line, "every origin may send credentials")
    elif key in (b"minVersion", b"secureProtocol") and _VERSIONS.search(unquoted(value)):
        yield Match("COD-006", line, f"{shown(key)}: {shown(unquoted(value))}")
    elif key == b"modulusLength" and value is not None and value.type == "number" and number(value) < 2048:
        yield Match("COD-009", line, f"{shown(key)}: {number(value)}")
    elif _SECRET.search(key):
        yield from _secret(key, value, line)


def _assignment(node: Any, line: int) -> Iterator[Match]:
    target = node.child_by_field_name("left") or node.child_by_field_name("name")
    value = node.child_by_field_name("right") or node.child_by_field_name("value")
    name = text(target)
    if value is None:
        return
    if b"NODE_TLS_REJECT_UNAUTHORIZED" in name and unquoted(value) == b"0":
        yield Match("COD-005", line, "NODE_TLS_REJECT_UNAUTHORIZED is 0")
    elif name.endswith((b".innerHTML", b".outerHTML")) and _changes(value):
        yield Match("COD-013", line, f"{shown(name)} is a text that is not constant")
    elif _SECRET.search(name.rpartition(b".")[2]):
        yield from _secret(name, value, line)


def _secret(name: bytes, value: Any, line: int) -> Iterator[Match]:
    """A match if a string is assigned to the name of a secret. The match never shows the string."""
    if value is not None and value.type == "string" and len(text := unquoted(value)) > 2 and b" " not in text:
        yield Match("COD-012", line, f"{shown(name)} has a value of {len(text)} letters in the code")


def _is_sql(node: Any) -> bool:
    if node is None:
        return False
    start = node
    while start.type == "binary_expression" and (left := start.child_by_field_name("left")) is not None:
        start = left
    return _changes(node) and bool(_SQL.search(text(start)))


def _changes(node: Any) -> bool:
    """Whether a value is not constant."""
    left = [node]
    for _ in range(200):
        if not left:
            return False
        part = left.pop()
        if part is None or part.type in CONSTANT:
            continue
        if part.type == "template_string":
            if any(child.type == "template_substitution" for child in part.named_children):
                return True
        elif part.type in ("binary_expression", "parenthesized_expression"):
            left += part.named_children
        else:
            return True
    return True


def _has_option(arguments: list[Any], key: bytes, value: bytes | None = None) -> bool:
    """Whether the last argument has this option, with this value if one is given."""
    found = _option(arguments, key)
    return found is not None and value in (None, text(found))


def _option(arguments: list[Any], key: bytes) -> Any:
    """The value of an option in the last argument; None if there is none."""
    return _pair_of(arguments[-1], key) if arguments else None


def _pair_of(node: Any, key: bytes) -> Any:
    pairs = named(node) if node is not None and node.type == "object" else []
    return next(
        (
            pair.child_by_field_name("value")
            for pair in pairs
            if pair.type == "pair" and unquoted(pair.child_by_field_name("key")) == key
        ),
        None,
    )
