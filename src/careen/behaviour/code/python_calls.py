"""Calls of Python's libraries that are dangerous, or are with these arguments."""

import ast
from collections.abc import Callable, Iterator

from careen.model.advisory import Severity

from .python_names import Names, argument, is_false, is_true, text_of
from .rules import Match

_SHELL = (
    "os.system os.popen os.popen2 os.popen3 os.popen4 popen2.popen2 popen2.popen3 popen2.popen4 popen2.Popen3 popen2.Popen4 "
    "commands.getoutput commands.getstatusoutput subprocess.getoutput subprocess.getstatusoutput"
)
_UNSAFE_LOADS = (
    "pickle.loads pickle.load pickle.Unpickler cPickle.loads cPickle.load cPickle.Unpickler _pickle.loads "
    "_pickle.load dill.loads dill.load dill.Unpickler cloudpickle.loads cloudpickle.load shelve.open "
    "shelve.DbfilenameShelf jsonpickle.decode jsonpickle.unpickler.decode jsonpickle.unpickler.Unpickler "
    "pandas.read_pickle joblib.load marshal.loads marshal.load"
)
_HASHES = (
    " ".join(f"{library}.Hash.{name}.new" for library in ("Crypto", "Cryptodome") for name in ("MD2", "MD4", "MD5", "SHA"))
    + " cryptography.hazmat.primitives.hashes.MD5 cryptography.hazmat.primitives.hashes.SHA1"
)
_CIPHERS = " ".join(
    (
        *(
            f"{library}.Cipher.{name}.new"
            for library in ("Crypto", "Cryptodome")
            for name in ("ARC2", "ARC4", "Blowfish", "DES", "XOR")
        ),
        *(
            f"cryptography.hazmat.primitives.ciphers.algorithms.{name}"
            for name in ("ARC4", "Blowfish", "CAST5", "IDEA", "SEED", "TripleDES")
        ),
        "cryptography.hazmat.primitives.ciphers.modes.ECB",
    )
)
_XML = " ".join(
    (
        *(
            f"xml.etree.{module}.{name}"
            for module in ("cElementTree", "ElementTree")
            for name in ("parse", "iterparse", "fromstring", "XMLParser")
        ),
        *(f"xml.{module}.{name}" for module in ("sax", "dom.minidom", "dom.pulldom") for name in ("parse", "parseString")),
        "xml.sax.make_parser xml.sax.expatreader.create_parser xml.dom.expatbuilder.parse xml.dom.expatbuilder.parseString",
    )
)  # fmt: skip
# Rule and what a call of it does, by the names of functions.
_ALWAYS = {
    name: (rule, text)
    for rule, text, names in (
        ("COD-002", "eval of a text", "eval builtins.eval"),
        ("COD-002", "exec of a text", "exec builtins.exec"),
        ("COD-003", "loads objects that can run code", _UNSAFE_LOADS),
        ("COD-005", "a context that verifies nothing", "ssl._create_unverified_context"),
        ("COD-007", "a weak hash", _HASHES),
        ("COD-008", "a weak cipher or mode", _CIPHERS),
        ("COD-013", "a template engine that does not escape", "mako.template.Template"),
        ("COD-014", "reads XML with entities", _XML),
        ("COD-015", "names a temporary file without creating it", "tempfile.mktemp os.tempnam os.tmpnam"),
        ("COD-016", "FTP carries passwords in plain text", "ftplib.FTP"),
        ("COD-016", "Telnet carries passwords in plain text", "telnetlib.Telnet"),
    )
    for name in names.split()
}
_OLD_TLS = frozenset(
    ("PROTOCOL_SSLv2", "PROTOCOL_SSLv3", "PROTOCOL_TLSv1", "PROTOCOL_TLSv1_1", "SSLv2_METHOD", "SSLv3_METHOD", "TLSv1_METHOD",
     "TLSv1_1_METHOD", "SSLv23_METHOD")
)  # fmt: skip
_METHODS = frozenset(
    ("get", "post", "put", "delete", "patch", "head", "options", "request", "stream", "Client", "AsyncClient", "Session")
)
_WEAK_HASHES = frozenset(("md4", "md5", "sha", "sha1"))
_WEAK_CRYPTS = frozenset(("METHOD_CRYPT", "METHOD_MD5", "METHOD_BLOWFISH"))
_WEAK_CURVES = frozenset(("SECP192R1", "SECT163K1", "SECT163R2", "SECP160R1"))
_FRAMEWORKS = frozenset(("flask", "dash", "bottle", "sanic", "quart"))
_WILD = ("chown", "chmod", "tar", "rsync")
_SAFE_TEXTS = frozenset(("mark_safe", "SafeText", "SafeString", "SafeUnicode", "SafeBytes"))
_REPLACED = frozenset(
    ("subprocess.Popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output")
)
MAX_PARTS = 200
_BY_OTHERS = 0o022  # written by the group or by all

Check = Callable[[ast.Call, str, Names], Iterator[Match]]


def call_matches(call: ast.Call, names: Names) -> Iterator[Match]:
    name = names.of(call.func)
    if known := _ALWAYS.get(name):
        rule, text = known
        if rule != "COD-002" or not call.args or text_of(call.args[0]) is None:
            yield Match(rule, call.lineno, f"{name}: {text}")
        else:
            yield Match(rule, call.lineno, f"{name}: {text}", "low")
    for check in _CHECKS:
        yield from check(call, name, names)


def unescaped(call: ast.Call, names: Names) -> bool:
    """Whether a call states that a text is safe to be shown."""
    module, _, function = names.of(call.func).rpartition(".")
    return module == "django.utils.safestring" and function in _SAFE_TEXTS and bool(call.args)


def default_matches(node: ast.FunctionDef | ast.AsyncFunctionDef, names: Names) -> Iterator[Match]:
    for value in (*node.args.defaults, *node.args.kw_defaults):
        if value is not None and (version := names.of(value).rpartition(".")[2]) in _OLD_TLS:
            yield Match("COD-006", node.lineno, f"{node.name}: {version} is the default", "low")


def _shell(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    is_shell = name in _SHELL_NAMES
    chosen = argument(call, "shell")
    if not is_shell and not is_true(chosen) and (name not in _REPLACED or not _is_unknown(chosen)):
        return
    line = call.lineno if is_shell or chosen is None else chosen.lineno
    command = call.args[0] if call.args else argument(call, "args")
    text = _literal(command)
    if text and "*" in text and any(word in text for word in _WILD):
        yield Match("COD-001", line, f"{name}: a shell expands * to names that can be options")
    else:
        yield Match("COD-001", line, f"{name or 'a call'}: runs a shell", None if text is None else "low")


def _is_unknown(node: ast.expr | None) -> bool:
    return node is not None and not isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.Set)


def _literal(node: ast.expr | None) -> str | None:
    """The text of a constant, or of a list of constants."""
    if isinstance(node, ast.List | ast.Tuple):
        texts = [text_of(part) for part in node.elts[:MAX_PARTS]]
        return None if None in texts else " ".join(text or "" for text in texts)
    return text_of(node)


def _loads(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    parts = name.split(".")
    if parts[-1] in ("load", "load_all") and "yaml" in parts[:-1]:
        loader = argument(call, "Loader", 1)
        if names.of(loader).rpartition(".")[2] not in ("SafeLoader", "CSafeLoader", "BaseLoader") if loader else True:
            yield Match("COD-003", call.lineno, f"{name}: a loader that makes any object")
    elif name in ("yaml.unsafe_load", "yaml.unsafe_load_all"):
        yield Match("COD-003", call.lineno, f"{name}: a loader that makes any object")
    elif name in ("torch.load", "torch.serialization.load") and not is_true(argument(call, "weights_only")):
        yield Match("COD-003", call.lineno, f"{name}: loads objects that can run code")


def _verification(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    library, _, method = name.rpartition(".")
    if library.partition(".")[0] in ("requests", "httpx", "aiohttp") and method in _METHODS:
        if is_false(verify := argument(call, "verify")) and verify is not None:
            yield Match("COD-005", call.lineno, f"{name}: verify is off")
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "set_missing_host_key_policy" and call.args:
        policy = call.args[0].func if isinstance(call.args[0], ast.Call) else call.args[0]
        if "paramiko" in names.modules and names.of(policy).rpartition(".")[2] in ("AutoAddPolicy", "WarningPolicy"):
            yield Match("COD-005", call.lineno, "any host key is accepted")


def _tls(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    versions = [names.of(value).rpartition(".")[2] for key in ("ssl_version", "method") if (value := argument(call, key))]
    if not _OLD_TLS.isdisjoint(versions):
        yield Match("COD-006", call.lineno, f"{name or 'a call'}: {versions[0]}")
    elif name == "ssl.wrap_socket" and not argument(call, "ssl_version"):
        yield Match("COD-006", call.lineno, f"{name}: any version is accepted", "low")


def _hash(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    library, _, function = name.rpartition(".")
    if library.endswith("hashlib"):
        kind = text_of(argument(call, "name", 0)) if function == "new" else function
        used = argument(call, "usedforsecurity")
        if (kind or "").lower() in _WEAK_HASHES and (used is None or not is_false(used)):
            yield Match("COD-007", call.lineno, f"{name}: {kind}")
    elif name in ("crypt.crypt", "crypt.mksalt"):
        method = argument(call, "salt", 1) if function == "crypt" else argument(call, "method", 0)
        if method is not None and names.of(method).rpartition(".")[2] in _WEAK_CRYPTS:
            yield Match("COD-007", call.lineno, f"{name}: a weak method")


def _key(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    module, _, function = name.rpartition(".")
    kind = module.rpartition(".")[2].lower()
    if function == "generate_private_key" and kind in ("rsa", "dsa"):
        size = argument(call, "key_size", 1 if kind == "rsa" else 0)
    elif function == "generate" and kind in ("rsa", "dsa"):
        size = argument(call, "bits", 0)
    elif function == "generate_private_key" and kind == "ec":
        curve = argument(call, "curve", 0)
        if (
            curve is not None
            and names.of(curve.func if isinstance(curve, ast.Call) else curve).rpartition(".")[2] in _WEAK_CURVES
        ):
            yield Match("COD-009", call.lineno, f"{name}: a curve of less than 224 bits")
        return
    else:
        return
    if isinstance(size, ast.Constant) and isinstance(size.value, int) and size.value < 2048:
        yield Match("COD-009", call.lineno, f"{name}: {size.value} bits")


def _paths(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    is_archive = isinstance(call.func, ast.Attribute) and call.func.attr == "extractall" and "tarfile" in names.modules
    if is_archive and text_of(argument(call, "filter")) not in ("data", "tar"):
        severity: Severity | None = None if argument(call, "members") is None else "low"
        yield Match("COD-010", call.lineno, "an archive is extracted to wherever its names lead", severity)


def _debugging(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    is_run = isinstance(call.func, ast.Attribute) and call.func.attr == "run" and is_true(argument(call, "debug"))
    if is_run and any(module.partition(".")[0] in _FRAMEWORKS for module in names.modules):
        yield Match("COD-011", call.lineno, "the application runs with debug on")


def _tokens(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    if not name.endswith("jwt.decode"):
        return
    options = argument(call, "options")
    pairs = zip(options.keys, options.values, strict=True) if isinstance(options, ast.Dict) else ()
    is_off = any(text_of(key) == "verify_signature" and is_false(value) for key, value in pairs)
    verify = argument(call, "verify")
    algorithms = argument(call, "algorithms", 2)
    listed = algorithms.elts if isinstance(algorithms, ast.List | ast.Tuple | ast.Set) else [algorithms]
    if is_off or (verify is not None and is_false(verify)):
        yield Match("COD-022", call.lineno, f"{name}: the signature is not verified")
    elif any((text_of(algorithm) or "").lower() == "none" for algorithm in listed):
        yield Match("COD-022", call.lineno, f"{name}: a token without a signature is accepted")


def _origins(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    last = name.rpartition(".")[2]
    named = [names.of(value).rpartition(".")[2] for value in call.args[:1]]
    if last == "CORSMiddleware" or (last in ("add_middleware", "Middleware") and named == ["CORSMiddleware"]):
        is_open = _is_any(argument(call, "allow_origins")) or _is_any(argument(call, "allow_origin_regex"))
        if is_open and is_true(argument(call, "allow_credentials")):
            yield Match("COD-023", call.lineno, "every origin may send credentials")
    elif name == "flask_cors.CORS" and is_true(argument(call, "supports_credentials")) and argument(call, "resources") is None:
        origins = argument(call, "origins")
        if origins is None or _is_any(origins):
            yield Match("COD-023", call.lineno, "every origin may send credentials")


def _is_any(node: ast.AST | None) -> bool:
    """Whether a list of origins, or a pattern, has every origin."""
    parts = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
    return any(text_of(part) in ("*", ".*", r".*\.*", "https?://.*") for part in parts)


def _xml(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    if name.endswith("etree.XMLParser") and name.startswith("lxml.") and is_true(argument(call, "resolve_entities")):
        yield Match("COD-014", call.lineno, f"{name}: entities are replaced", None, "likely")


def _pages(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    function = name.rpartition(".")[2]
    if name == "jinja2.Environment" or (function == "Environment" and "jinja2" in names.modules):
        escape = argument(call, "autoescape")
        chosen = isinstance(escape, ast.Call) and names.of(escape.func).rpartition(".")[2] == "select_autoescape"
        if not is_true(escape) and not chosen:
            yield Match("COD-013", call.lineno, f"{name}: autoescape is off", "high", "likely")
    elif name in ("markupsafe.Markup", "flask.Markup") and call.args and not isinstance(call.args[0], ast.Constant):
        yield Match("COD-013", call.lineno, f"{name}: a text that is not constant")


def _queries(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name == "django.db.models.expressions.RawSQL" or name.rpartition(".")[2] == "RawSQL":
        statement = argument(call, "sql", 0)
        if statement is not None and text_of(statement) is None:
            yield Match("COD-004", call.lineno, "RawSQL with a text that is not constant", None, "likely")
    elif method == "extra" and (call.args or {key.arg for key in call.keywords} & {"select", "where", "tables", "params"}):
        places = (("select", 0), ("where", 1), ("params", 2), ("tables", 3))
        values = [value for key, place in places if key != "params" and (value := argument(call, key, place)) is not None]
        if any(not _is_fixed(value) for value in values):
            yield Match("COD-004", call.lineno, "extra() with a text that is not constant")


def _is_fixed(node: ast.AST) -> bool:
    if isinstance(node, ast.List | ast.Tuple):
        return all(text_of(part) is not None for part in node.elts)
    if isinstance(node, ast.Dict):
        return all(text_of(part) is not None for part in (*node.keys, *node.values))
    return text_of(node) is not None


def _files(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    mode = _mode(argument(call, "mode", 1), names) if name.rpartition(".")[2] == "chmod" else None
    if mode is not None and mode & _BY_OTHERS:
        what = text_of(call.args[0]) if call.args else None
        yield Match("COD-017", call.lineno, f"{name}: {mode:#o} on {what or 'a file'}", None if mode & 0o002 else "low")


def _mode(node: ast.AST | None, names: Names) -> int | None:
    """The bits of the constants in a mode; None without any."""
    import stat

    bits: int | None = None
    left = [node]
    for _ in range(MAX_PARTS):
        part = left.pop() if left else None
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.BitOr):
            left += [part.left, part.right]
            continue
        value = part.value if isinstance(part, ast.Constant) else getattr(stat, _last(part, names, "stat.S_I"), None)
        if isinstance(value, int):
            bits = (bits or 0) | value
    return bits


def _last(node: ast.AST | None, names: Names, start: str) -> str:
    name = names.of(node) if node is not None else ""
    return name.rpartition(".")[2] if name.startswith(start) else ""


def _network(call: ast.Call, name: str, names: Names) -> Iterator[Match]:
    if name == "logging.config.listen" and argument(call, "verify", 1) is None:
        yield Match("COD-020", call.lineno, f"{name}: what arrives is not verified")
    elif (
        name == "pysnmp.hlapi.CommunityData"
        and isinstance(version := argument(call, "mpModel"), ast.Constant)
        and version.value in (0, 1)
    ):
        yield Match("COD-016", call.lineno, f"{name}: SNMP before version 3")
    elif name == "pysnmp.hlapi.UsmUserData" and len(call.args) + len(call.keywords) < 3:
        yield Match("COD-016", call.lineno, f"{name}: SNMP without authentication or privacy")


_SHELL_NAMES = frozenset(_SHELL.split())
_CHECKS: tuple[Check, ...] = (
    _shell, _loads, _verification, _tls, _hash, _key, _paths, _debugging, _tokens, _origins, _xml, _pages, _queries, _files,
    _network,
)  # fmt: skip
