"""Values of requests that reach dangerous calls in Perl: CGI scripts, and applications of Mojolicious, Dancer and Catalyst.

Raises: ValueError as ``lexical`` does.
**Source:** perlop, perlfunc, perlsec; CGI, Mojolicious::Controller, Dancer2::Core::Request, Catalyst::Request.
"""

import re
from collections.abc import Iterator

from careen.safety.pattern import pattern

from .lexical import Lexical, Sink, Statement, decoded, request_flows, statements_of
from .rules import Match

_POD = pattern(r"(?ms)^=[a-z]\w*.*?(?:^=cut\b[^\n]*|\Z)|^__(?:END|DATA)__.*")
_NOISE = pattern(
    r"(?P<shell>`(?:[^`\\]++|\\.)*+`?|\bqx\s*\{[^{}]{0,500}\}|\bqx\s*\([^()]{0,500}\))"
    r'|(?P<filled>"(?:[^"\\\n]++|\\.)*+"?|\bqq\s*\{[^{}]{0,500}\}|\bqq\s*\([^()]{0,500}\))'
    r"|'(?:[^'\\\n]++|\\.)*+'?|\bq[wr]?\s*\{[^{}]{0,500}\}|\bq[wr]?\s*\([^()]{0,500}\)"
    r"|(?<![$\w])#[^\n]*+"
)
_VARIABLE = pattern(r"[$@]\{?(\w{1,100})\}?((?:\{\w{1,60}\})?)")
_KEY = pattern(r"\{\s*['\"]?(\w{1,60})['\"]?\s*\}")
_END = pattern(r";|(?<=[\s)])\{|(?<=[\s;])\}")


def _has_several(given: str) -> bool:
    """Whether a command is given as a list, so that no shell reads it."""
    return re.search(r",", given) is not None


def _opens_as_is(given: str) -> bool:
    """Whether open has a mode apart from the path."""
    return given.count(",") >= 2


def _word(names: str) -> re.Pattern[str]:
    """A function of Perl, which needs no brackets; neither a method, nor a key of a hash, nor a block that is evaluated."""
    return pattern(rf"(?<![\w{{>:$@%&])(?:{names})\b(?!\s*(?:\}}|=>|\{{))\s*\(?")


PERL = Lexical(
    pattern(
        r"(?:\$\w+(?:->\w+(?:\(\))?)?->|(?<![\w>:$]))(?:param|params|query_parameters|body_parameters|body_params|query_params"
        r"|every_param|raw_cookie|url_param|query_string|path_info)\b(?:\s*->\s*(?:get|\{[^{}]{1,80}\}))?\s*(?:\([^()]{0,200}\))?"
        r"|\$ENV\{(?:QUERY_STRING|PATH_INFO|REQUEST_URI|HTTP_\w{1,60})\}|\$\w+->(?:req|request)->(?:body|content|cookies?|uri)\b"
    ),
    pattern(r"(?s)(?:^|\s|\()(?:(?:my|our|local)\s+)?\(?\s*(?P<name>[$@%]\w+)[^=]{0,60}?(?:\.|\|\||//)?=(?![=~])(?P<value>.*)"),
    frozenset(
        ("join", "lc", "uc", "lcfirst", "ucfirst", "sprintf", "split", "substr", "shift", "decode", "uri_unescape",
         "decode_base64", "reverse", "chomp", "trim", "unescape", "url_unescape")
    ),
    (
        Sink("COD-001", _word("system|exec"), "a shell runs a text", "high", _has_several),
        Sink("COD-001", pattern(r"\bqx\s*\("), "a shell runs a text", "high"),
        Sink("COD-001", _word("open"), "open: a name with | starts a program", "high", _opens_as_is),
        Sink("COD-002", _word("eval"), "a text is evaluated", "high"),
        Sink("COD-002", pattern(r"\brequire\b\s+(?=[$\x01])"), "a module is chosen", "high"),
        Sink("COD-003", pattern(r"\b(?:thaw|Storable::thaw|YAML::Load|Load)\s*\("), "objects are read", "high"),
        Sink(
            "COD-004",
            pattern(r"->\s*(?:do|prepare|prepare_cached|select(?:all|row|col)_\w+)\s*\(\s*(?=[^,]{0,500}\x02)"),
            "a statement of SQL is made of text",
            "high",
            lambda given: "\x02" not in given.partition(",")[0],
        ),
        Sink("COD-010", _word("open|sysopen|unlink|opendir|rename|rmtree|send_file"), "a path"),
    ),
    pattern(r"(?<![$\w\x01])[$\w\x01]+\s*(?:==|!=|\beq\b|\bne\b|=~|!~|<|>)[^&|;]{0,300}"),
)  # fmt: skip


def perl_matches(data: bytes) -> Iterator[Match]:
    code = _POD.sub(lambda match: "\n" * match[0].count("\n"), decoded(data))
    yield from request_flows(_statements(code), PERL)


def _statements(code: str) -> Iterator[Statement]:
    yield from statements_of(_NOISE.sub(_replaced, _KEY.sub(_named_key, code)), _END)


def _named_key(match: re.Match[str]) -> str:
    """A key of a hash without quotes, so that it stays when texts are emptied."""
    return "{" + match[1] + "}" + "\n" * match[0].count("\n")


def _replaced(match: re.Match[str]) -> str:
    """A text as the variables in it, as code that a shell runs, or as an empty one."""
    lines = "\n" * match[0].count("\n")
    if match[0].startswith("#"):
        return " "
    inside = " ".join(f"${name}{key}" for name, key in _VARIABLE.findall(match[0][:4000]))
    if match["shell"] is not None:
        return f"qx( {inside} ){lines}"
    if match["filled"] is not None and inside:
        return f"\x02 {inside} {lines}"
    return f'""{lines}'
