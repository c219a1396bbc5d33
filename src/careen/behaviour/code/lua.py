"""Values of requests that reach dangerous calls in Lua, as OpenResty and Apache run it.

Raises: ValueError as ``lexical`` does.
**Source:** Lua 5.4 reference manual; lua-nginx-module (ngx.req, ngx.var); Apache mod_lua.
"""

import re
from collections.abc import Iterator

from careen.safety.pattern import pattern

from .lexical import Lexical, Sink, begins_with_text, decoded, request_flows, statements_of
from .rules import Match

_NOISE = pattern(
    r"--\[\[.*?(?:\]\]|\Z)|--[^\n]*+|\[\[.*?(?:\]\]|\Z)"
    r'|"(?:[^"\\\n]++|\\.)*+"?|\'(?:[^\'\\\n]++|\\.)*+\'?',
    re.DOTALL,
)
_END = pattern(r";|\n(?![^\S\n]*(?:\.\.|[,)+]|and\b|or\b))|\b(?:then|do|else|end)\b")


def _call(words: str) -> re.Pattern[str]:
    return pattern(rf"(?<![\w.:])(?:{words})\s*\(")


LUA = Lexical(
    pattern(
        r"\bngx\s*\.\s*req\s*\.\s*(?:get_uri_args|get_post_args|get_body_data|get_headers)\s*\([^()]{0,100}\)"
        r"|\bngx\s*\.\s*var\s*\.\s*(?:arg_\w+|http_\w+|cookie_\w+|args|query_string|request_uri|request_body)\b"
        r"|\br\s*:\s*(?:parseargs|parsebody|requestbody)\s*\([^()]{0,100}\)"
    ),
    pattern(r"(?s)^(?:local\s+)?(?P<name>\w+)(?:\s*,\s*\w+)?\s*=(?!=)(?P<value>.*)"),
    frozenset(
        ("format", "lower", "upper", "sub", "gsub", "tostring", "concat", "unescape_uri", "decode_base64", "rep", "trim")
    ),
    (
        Sink("COD-001", _call(r"os\.execute|io\.popen"), "a shell runs a text", "high"),
        Sink("COD-002", _call(r"load|loadstring|dofile|loadfile"), "a text is evaluated", "high"),
        Sink("COD-004", pattern(r"\w\s*:\s*(?:query|execute|send_query)\s*\("), "a statement of SQL is made of text", "high"),
        Sink("COD-010", _call(r"io\.open|io\.lines|os\.remove|os\.rename|io\.input|io\.output"), "a path"),
        Sink("COD-013", _call(r"ngx\.(?:say|print)|r:puts"), "a page"),
        Sink(
            "COD-021",
            pattern(r"\w\s*:\s*request_uri\s*\(|(?<![\w.:])http\.request\s*\("),
            "an address",
            None,
            begins_with_text,
        ),
    ),
    pattern(r"(?<![\w\x01.\[\]])[\w\x01.\[\]]+\s*(?:==|~=|<|>)\s*[\w\".]+|#\s*[\w\x01.]+"),
)


def lua_matches(data: bytes) -> Iterator[Match]:
    code = _NOISE.sub(lambda match: (" " if match[0].startswith("--") else '""') + "\n" * match[0].count("\n"), decoded(data))
    yield from request_flows(statements_of(code, _END), LUA)
