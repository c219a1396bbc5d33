"""Values of requests that reach dangerous calls in pages of JSP, and pages that define classes out of bytes, as web shells do.

Raises: ValueError as ``lexical`` does.
**Source:** Jakarta Server Pages 3.1 (scripting elements), Jakarta Servlet 6.0 (HttpServletRequest); Java SE API.
"""

import re
from collections.abc import Iterator

from careen.safety.pattern import pattern

from .lexical import SENT, Lexical, Sink, Statement, begins_with_text, decoded, request_flows, statements_of
from .rules import Match

_INCLUDE = pattern(r"<jsp:(?:include|forward)\b[^<>]{0,300}\bpage\s{0,9}=\s{0,9}[\"']\Z")
_SHOWN = pattern(r"(?<!\\)\$\{\s*(?:param|paramValues|header|cookie|pageContext\.request\.queryString)\b\s*[.\[}][^{}]{0,200}")
_ESCAPED = pattern(r"(?:<c:out\b|<c:param\b|<c:set\b|<c:if\b|<c:when\b|<fmt:|<sql:)[^<>]{0,2000}>")
_NOISE = pattern(
    r'"(?:[^"\\\n]++|\\.)*+"?|\'(?:[^\'\\\n]++|\\.)*+\'?|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?',
)
_END = pattern(r";|\}|(?<=[\w)>])\s{0,20}\{")
_CLASS_LOADER = pattern(r"\bextends\s+(?:\w+\.)*ClassLoader\b")
_DEFINES = pattern(r"\bdefineClass\b")


def _call(words: str) -> re.Pattern[str]:
    return pattern(rf"(?:{words})\s*\(")


JAVA = Lexical(
    pattern(
        r"\b\w*(?:request|Request)(?:\(\))?\s*\.\s*(?:getParameter(?:Values|Map)?|getHeaders?|getQueryString|getInputStream|getReader"
        r"|getCookies|getPathInfo|getRequestURI)\s*\([^()]{0,200}\)|\bparam\s*\.\s*get\s*\([^()]{0,200}\)"
    ),
    pattern(r"(?s)(?:^|[\s(,])(?P<name>[A-Za-z_]\w*)\s*\+?=(?!=)(?P<value>.*)"),
    frozenset(
        (
            *(
                "String",
                "append",
                "concat",
                "decode",
                "decodeBuffer",
                "doFinal",
                "format",
                "get",
                "getBytes",
                "getValue",
                "join",
            ),
            *("readLine", "replace", "split", "substring", "toCharArray", "toLowerCase", "toString", "toUpperCase", "trim"),
            *("valueOf", "URL", "URI", "create", "StringBuilder", "StringBuffer", "ByteArrayInputStream", "Scanner", "next"),
            *("InputStreamReader", "BufferedReader", "nextLine", "readAllBytes", "command"),
        )
    ),
    (
        Sink("COD-001", _call(r"\bgetRuntime\s*\(\s*\)\s*\.\s*exec|\bnew\s+ProcessBuilder|\.\s*exec"), "a command", "high"),
        Sink("COD-002", _call(r"\.\s*eval|\bparseExpression|\bcreateValueExpression"), "a text is evaluated", "high"),
        Sink("COD-002", _call(r"\bClass\s*\.\s*forName|\bloadClass"), "a class is chosen", "high"),
        Sink("COD-003", _call(r"\bnew\s+(?:java\.\w+\.)?(?:ObjectInputStream|XMLDecoder)"), "objects are read", "high"),
        Sink(
            "COD-004",
            _call(
                r"\.\s*(?:executeQuery|executeUpdate|addBatch|prepareStatement|prepareCall|createQuery|createNativeQuery"
                r"|createSQLQuery|queryForList|queryForObject)"
            ),
            "a statement of SQL is made of text",
            "high",
        ),
        Sink(
            "COD-010",
            _call(
                r"\bnew\s+(?:java\.io\.)?(?:File|FileInputStream|FileOutputStream|FileReader|FileWriter|RandomAccessFile)"
                r"|\bPaths\s*\.\s*get|\bPath\s*\.\s*of|\bgetRequestDispatcher"
            ),
            "a path",
        ),
        Sink("COD-013", _call(r"\bout\s*\.\s*(?:print|println|write|append)|\bgetWriter\s*\(\s*\)\s*\.\s*\w+"), "a page"),
        Sink("COD-021", _call(r"\bnew\s+(?:java\.net\.)?URL|\bURI\s*\.\s*create"), "an address", None, begins_with_text),
    ),
    pattern(
        r"(?<![\w\x01.])[\w\x01.]{1,100}\s*\.\s*(?:equals|equalsIgnoreCase|length|size|isEmpty|startsWith|endsWith|contains|matches|indexOf)"
        r"\s*\([^()]{0,200}\)|(?<![\w\x01])[\w\x01]+\s*(?:==|!=)\s*[\w\"]+"
    ),
)


def jsp_matches(data: bytes) -> Iterator[Match]:
    text = decoded(data)
    yield from request_flows(_statements(text), JAVA)
    if (loader := _CLASS_LOADER.search(text)) and _DEFINES.search(text):
        yield Match("COD-002", text.count("\n", 0, loader.start()) + 1, "the page defines classes out of bytes", "high")
    visible = _ESCAPED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for shown in _SHOWN.finditer(visible):
        yield Match("COD-013", text.count("\n", 0, shown.start()) + 1, "an expression shows a value of a request")


def _statements(text: str) -> Iterator[Statement]:
    """The statements of the scriptlets, declarations and expressions. An expression prints its value, or names a page that is
    included."""
    line, seen, end = 1, 0, 0
    while (begin := text.find("<%", end)) >= 0:
        end = text.find("%>", begin)
        if end < 0:
            return
        line += text.count("\n", seen, begin)
        seen = begin
        code = text[begin + 2 : end]
        if code.startswith("="):
            before = text[max(0, begin - 400) : begin]
            call = "getRequestDispatcher" if _INCLUDE.search(before) else "out.print"
            yield Statement(f"{call}({_plain(code[1:])})", line)
        elif not code.startswith(("--", "@")):
            yield from statements_of(_plain(code.removeprefix("!")), _END, line)


def _plain(code: str) -> str:
    """Java without comments, and with empty texts."""
    return _NOISE.sub(
        lambda match: '""' if match[0][0] in "\"'" else "\n" * match[0].count("\n") or " ", code.replace(SENT, " ")
    )
