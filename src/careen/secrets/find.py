"""The secrets in a text, redacted: each result has its place, its kind, and its first characters.

Texts are searched in windows that overlap by the maximal length of a match, so memory is bounded by the window, and time
is linear in the text. ``Search`` is fed piece by piece and keeps one window.
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice, takewhile

from msgspec.structs import replace

from careen.model.advisory import Severity
from careen.model.finding import Confidence, ExposedSecret, Location
from careen.model.inventory import Unknown
from careen.model.package import Evidence

from .encodings import in_base64, in_percent
from .generated import is_generated, is_of_another
from .placeholders import crossed_out, default_of_setup, entropy, placeholder
from .prefilter import Prefilter, prefilter
from .ruleset import REACH, Rule, matches, pair_pattern, pattern
from .values import joined
from .verify import Verdict, verify

WINDOW = 128 * 1024
CONTEXT = 2048  # bytes kept before a window: to check the text before a match, and the length of its line
MAX_SECRETS = 200  # in one text: a longer list is of no use
MAX_BYTES = 32 << 20  # of one text
MAX_TRIED = 2000  # rules tried on windows of one text: a bound for text made to look like secrets everywhere
MAX_SHOWN = 40
_LONG_LINE = 1000  # bytes on both sides of a value without a line break: not written by hand
_MINIFIED = (".js", ".mjs", ".cjs", ".css", ".map", ".html", ".htm", ".svg", ".xml", ".json")
_EXAMPLE = re.compile(r"(?:^|/)(?:examples?|samples?)/|(?:^|[/._-])(?:examples?|samples?)(?:[._-][^/]*)?\Z")
BESIDE = 600  # bytes between the two parts of a credential
LONGEST_OPTION = 96  # bytes
BEFORE_NAME = 40  # bytes of a name before the term that a rule knows
# A name contains a term for a credential, or ends with a term for something else.
_SAYS_CREDENTIAL = re.compile(
    rb"(?i)key|token|secret|pass|pwd|auth|cred|webhook|bearer|dsn|sas|api|licen[cs]e|login|(?<![a-z])(?:pat|sk)(?![a-z])"
)
_SAYS_OTHER = re.compile(
    rb"(?i)(?:ttl|expiry|expires|timeout|length|size|count|type|file|path|dir|policy|field|header|format|algorithm|source|mode|"
    rb"prefix|suffix|namespace|issuer|audience|scope|url|uri|host|name|version|hash|sha[0-9]{0,3}|md5|digest|commit|checksum|etag|revision|endpoint|region|bucket|"
    rb"uuid|guid|fingerprint|integrity|[gp][gp]p?[_.-]?key|public[_.-]?(?:api[_.-]?)?key|pub[_.-]?key|publishable[_.-]?key|"
    rb"site[_.-]?key|(?<![a-z])id|(?<=[a-z])Id)['\"`\s\\:=>)\]]{0,12}\Z"
)
_DIRECTIVE = re.compile(
    rb"[ \t]{0,40}(?:(?:export|setx?|setenv|env|arg|SetEnv|ENV|ARG|default|#define|-[gxU]{1,3})[ \t]{1,4}){0,3}"
    rb"[\w.-]{1,80}[ \t]{1,8}"
)
_OPTION = re.compile(rb"[ \t'\"]--[\w.-]{1,80}[ \t]{1,4}\Z")
_COMMENT = re.compile(rb"[ \t]*(?:#|//|/?\*|--|;)")
_LINE_OF_COMMENT = re.compile(rb"[ \t]*\*(?:[ \t]|$)")
_NAMES_EXAMPLE = re.compile(rb"(?i)\b(?:examples?|samples?)\b")
_FOR_EXAMPLES = re.compile(rb"[@=](?:[\w-]{1,63}\.){0,8}(?:example\.(?:com|net|org)|example|invalid|test)(?![\w.-])")
MAX_WORD = 4096
FILE_MARK = b"\1"  # before the name of a file, for rules about files of one word
# Without those of encrypted files, public keys and checksums.
_FILE_NAME = re.compile(rb"(?i)(?![\w.-]*\.(?:enc|gpg|asc|age|sops|pub|crt|cert|sig|sha[0-9]{0,3}|md5|hash)\Z)[\w.-]{1,80}")
_ONE_WORD = re.compile(rb"\s{0,8}[^\s\"'`<>(){}\[\];=]{8,}={0,2}\s{0,8}")
Span = tuple[int, int]
_Found = tuple[Rule, "re.Match[bytes]", Span, Verdict]


def find(text: bytes, path: str, using: Prefilter | None = None) -> tuple[ExposedSecret, ...]:
    """All secrets in a complete text."""
    search = Search(path, using)
    search.feed(text)
    return tuple(fact for fact in search.facts() if isinstance(fact, ExposedSecret))


def spans(text: bytes, path: str, using: Prefilter | None = None) -> list[Span]:
    """The positions of the values of secrets in a short text, in no order."""
    return Search(path, using).spans(text, len(text))


def is_example(path: str) -> bool:
    """Whether a path is that of a template to be copied and filled in: ".env.example", "docs/examples/config.yml". An
    application in a folder "sample-shop" is used as it is."""
    return _EXAMPLE.search(path.lower()) is not None


def under_its_name(text: bytes, path: str) -> bytes:
    """A file that consists of one word, as an assignment to the file's name: a secret that is mounted, ".vault_pass"; empty
    for another file."""
    name = path.rpartition("/")[2].encode(errors="replace")
    if len(text) > MAX_WORD or not _FILE_NAME.fullmatch(name) or not _ONE_WORD.fullmatch(text):
        return b""
    return FILE_MARK + name + b"=" + text.lstrip()


class Search:
    def __init__(self, path: str, using: Prefilter | None = None, *, is_inner: bool = False) -> None:
        self._path, self._prefilter, self._is_inner = path, using or prefilter(), is_inner
        self._kept, self._line, self._before = (
            b"",
            1,
            0,
        )  # the unsearched bytes, their first line, and the length of their context
        self._by_value: dict[bytes, list[ExposedSecret]] = {}  # the values themselves stay in this module
        self._count = 0
        self._left, self._tried = MAX_BYTES, 0

    def feed(self, piece: bytes) -> None:
        if self.full or self._left <= 0 or self._tried > MAX_TRIED:
            return
        self._left -= len(piece)
        text = self._kept + piece if self._kept else piece
        at = 0
        while len(text) - at > WINDOW:
            window = text[at : at + WINDOW]
            self.spans(window, WINDOW - REACH)
            step = WINDOW - REACH - CONTEXT
            self._line += window.count(b"\n", 0, step)
            self._before = CONTEXT
            at += step
        self._kept = text[at:] if at else text

    def facts(self) -> Iterator[ExposedSecret | Unknown]:
        if not self.full:
            taken = self.spans(self._kept, len(self._kept))
            if not (taken or self._before) and (named := under_its_name(self._kept, self._path)):
                self.spans(named, len(named))
        self._kept = b""
        found = (joined(group) for group in self._by_value.values())
        yield from sorted(found, key=lambda secret: (secret.location.line or 0, secret.id))
        if self.full:
            yield Unknown("secrets", Evidence(self._path, 0), f"it has more than {MAX_SECRETS} secrets: the rest is not listed")
        elif self._tried > MAX_TRIED:
            yield Unknown(
                "secrets", Evidence(self._path, 0), "too many parts of it look like secrets: the rest was not searched"
            )
        elif self._left <= 0:
            yield Unknown("secrets", Evidence(self._path, 0), f"only its first {MAX_BYTES >> 20} MiB were searched")

    @property
    def full(self) -> bool:
        return self._count >= MAX_SECRETS

    def spans(self, text: bytes, until: int) -> list[Span]:
        """Stores the matches that begin between the context and ``until``; returns the positions of their values."""
        if is_example(self._path):
            return []
        candidates = self._prefilter.candidates(text, self._path)
        self._tried += len(candidates)
        lowered = text.lower()
        matches = [
            (rule, match, span, verdict)
            for rule, start in candidates
            for match, span, verdict in _matches(rule, text, lowered, max(start, 0), self._path)
            if self._before <= match.start() < until
        ]
        matches.sort(key=_in_order)
        distinctive = sum(1 for found in matches if _rank(found[0]) == 0)
        taken: list[Span] = []
        self._store(matches[:distinctive], text, taken)
        self._store_encoded(text, until, taken)
        self._store(matches[distinctive:], text, taken)
        return taken

    def _store(self, matches: Iterable[_Found], text: bytes, taken: list[Span]) -> None:
        for rule, match, span, verdict in matches:
            if self.full:
                break
            if not _overlaps(span, taken):
                taken.append(span)
                start, end = match.span() if rule.block else span
                line = self._line + text.count(b"\n", 0, start)
                last = line + text[start:end].rstrip().count(b"\n")
                found = _secret(rule, match, span, verdict, self._path, line, last)
                self._by_value.setdefault(text[slice(*span)], []).append(found)
                self._count += 1

    def _store_encoded(self, text: bytes, until: int, taken: list[Span]) -> None:
        """Stores the secrets in texts that are encoded within the text."""
        if self._is_inner:
            return
        for encoded in in_base64(text):
            if self.full or self._tried > MAX_TRIED:
                return
            self._store_inner([encoded], text, until, taken)
        self._store_inner(in_percent(text), text, until, taken)

    def _store_inner(self, encoded: Iterable[tuple[int, int, bytes]], text: bytes, until: int, taken: list[Span]) -> None:
        """Stores the secrets in the content of parts of the text, which is searched as one: parts may be many and short."""
        parts = [part for part in encoded if self._before <= part[0] < until and not _overlaps(part[:2], taken)]
        if not parts:
            return
        inner = b"\n".join(content for _, _, content in parts)
        search = Search(self._path, self._prefilter, is_inner=True)
        search.spans(inner, len(inner))
        self._tried += search._tried
        self._count += search._count
        ends = list(accumulate(content.count(b"\n") + 1 for _, _, content in parts))  # the last line of each in ``inner``
        for value, secrets in search._by_value.items():
            for secret in secrets:
                start, end, _ = parts[bisect_left(ends, secret.location.line or 1)]
                line = self._line + text.count(b"\n", 0, start)
                self._by_value.setdefault(value, []).append(replace(secret, location=Location(self._path, line, line)))
                taken.append((start, end))


def _overlaps(span: Span, taken: Iterable[Span]) -> bool:
    return any(span[0] < other[1] and other[0] < span[1] for other in taken)


def _in_order(found: _Found) -> tuple[int, int, int, int, str]:
    """A sort key for matches. Of two that overlap the first counts: with equal rank and position, the one that
    includes more text before the value."""
    rule, match, span, _ = found
    return _rank(rule), span[0], -span[1], match.start(), rule.id


def _matches(
    rule: Rule, text: bytes, lowered: bytes, start: int, path: str
) -> Iterator[tuple["re.Match[bytes]", Span, Verdict]]:
    for match in _paired(rule, text, start) if rule.paired else matches(rule, text, lowered, start, len(text)):
        span = match.span("secret") if "secret" in match.re.groupindex else match.span()
        value = text[slice(*span)]
        verdict = verify(rule.check, value, match[0]) if rule.check else None
        if verdict == "harmless" or not _credible(rule, value):
            continue
        if rule.after and rule.after.encode() not in text[max(0, match.start() - CONTEXT) : match.start()]:
            continue
        if rule.named and _is_named_otherwise(text[max(0, match.start() - 12) : span[0]]):
            continue
        if (rule.near or rule.human) and _in_long_line(text, span, path):
            continue
        if rule.near and not rule.spaced and text[span[0] - 1 : span[0]] in b" \t" and not _is_directive(text, match, span):
            continue
        yield match, span, verdict


def _paired(rule: Rule, text: bytes, start: int) -> Iterator["re.Match[bytes]"]:
    """The matches that lie beside an id, found in one pass over the surroundings of all ids."""
    expression = pattern(rule)
    for begin, end, ids in _surroundings(pair_pattern(rule).finditer(text, start)):
        for near in expression.finditer(text, max(start, begin), end):
            match = expression.match(text, near.start())  # without the end of the surroundings, which may cut the value
            if match and match.end() <= end and not any(id[0] < match.end() and match.start() < id[1] for id in ids):
                yield match


def _surroundings(ids: Iterable["re.Match[bytes]"]) -> Iterator[tuple[int, int, list[Span]]]:
    """The surroundings of ids, joined if they overlap, each with its ids."""
    begin = end = 0
    spans: list[Span] = []
    for id in ids:
        if spans and id.start() - BESIDE > end:
            yield begin, end, spans
            spans = []
        if not spans:
            begin = max(0, id.start() - BESIDE)
        spans.append(id.span())
        end = id.end() + BESIDE
    if spans:
        yield begin, end, spans


def _credible(rule: Rule, value: bytes) -> bool:
    if crossed_out(value) or (rule.human and placeholder(value)):
        return False
    if rule.entropy and entropy(value) < rule.entropy:
        return False
    if rule.mixed and not _is_mixed(rule, value):
        return False
    return not any(re.search(expression.encode(), value) for expression in rule.allow)


def _is_named_otherwise(name: bytes) -> bool:
    return _SAYS_OTHER.search(name) is not None or re.search(rb"(?i)public|publishable|[cx]srf", name) is not None


def _is_mixed(rule: Rule, value: bytes) -> bool:
    """Whether a value has letters and digits; beside the name of an issuer, letters alone suffice if their case
    changes too often for words."""
    if re.search(rb"[0-9]", value):
        return re.search(rb"[A-Za-z]", value) is not None
    changes = len(re.findall(rb"[a-z](?=[A-Z])|[A-Z](?=[a-z])", value))
    return bool(rule.near) and changes >= 0.4 * len(value)


def _is_directive(text: bytes, match: "re.Match[bytes]", span: Span) -> bool:
    """Whether a name and a value with blanks between them are a whole line, as in "ENV NAME value", an option of a command, or
    an assignment."""
    before = text[max(0, span[0] - LONGEST_OPTION) : span[0]]
    if re.search(rb"[=:,>]", text[match.start() : span[0]]) or _OPTION.search(before):
        return True
    start = text.rfind(b"\n", 0, match.start()) + 1
    end = text.find(b"\n", span[1], span[1] + 80)
    rest = text[span[1] : end if end >= 0 else span[1] + 80]
    return _DIRECTIVE.fullmatch(text[start : span[0]]) is not None and re.fullmatch(rb"[ \t;\r]*", rest) is not None


def _in_long_line(text: bytes, span: Span, path: str) -> bool:
    """Whether the value is in a long line, as in minified code, in which a name and a value are together by chance."""
    if not path.lower().endswith(_MINIFIED):
        return False
    start, end = max(0, span[0] - _LONG_LINE), span[1] + _LONG_LINE
    return end - start > _LONG_LINE * 2 and text.find(b"\n", start, end) < 0 and len(text) >= end


def _rank(rule: Rule) -> int:
    """A sort key for rules: tokens with a distinctive form come first, then values next to a name, values in files of
    certain names, and last values that only look like passwords."""
    if rule.order:
        return rule.order
    if rule.last or rule.human:
        of_a_file = (rule.names or rule.suffixes) and rule.assurance == "likely"
        return 9 if rule.last else 2 if rule.near or of_a_file else 3
    return 2 if rule.names or rule.suffixes or rule.paired else 1 if rule.near else 0


def _secret(
    rule: Rule, match: "re.Match[bytes]", span: Span, verdict: Verdict, path: str, line: int, last: int
) -> ExposedSecret:
    value = match.string[slice(*span)]
    severity: Severity = rule.severity
    if verdict == "invalid":
        severity = "low"
    elif verdict == "protected":
        severity = "medium"
    shown = _beginning(rule, match, span)
    # a short password could be guessed from its hash, so only a value that cannot be is part of the fingerprint
    distinguishing = value if entropy(value) * len(value) >= 80 else shown.encode()
    identity = b"\0".join((b"secret", rule.id.encode(), path.encode(errors="replace"), distinguishing))
    return ExposedSecret(
        id=rule.id,
        title=rule.title + {"invalid": ", of an invalid form", "protected": " with a passphrase"}.get(verdict or "", ""),
        severity=severity,
        location=Location(path, line, last),
        match=f"{shown}…(redacted)",
        fingerprint=hashlib.sha256(identity).hexdigest()[:32],
        verified={"valid": True, "protected": True, "invalid": False}.get(verdict or ""),
        confidence=_confidence(rule, match, span, verdict, path),
        value_id=hashlib.sha256(b"value\0" + value).hexdigest()[:32] if distinguishing is value else None,
    )


def _confidence(rule: Rule, match: "re.Match[bytes]", span: Span, verdict: Verdict, path: str) -> Confidence:
    if verdict in ("valid", "protected"):
        return "confirmed"
    if verdict in ("invalid", "public"):
        return "possible"
    text = match.string
    if rule.near:
        name = text[max(match.start() - BEFORE_NAME, text.rfind(b"\n", 0, match.start()) + 1) : span[0]]
        if _SAYS_OTHER.search(name) or not (rule.confidence or _SAYS_CREDENTIAL.search(name)):
            return "possible"
    if rule.pair and not rule.paired and pair_pattern(rule).search(text, max(0, span[0] - BESIDE), span[1] + BESIDE):
        return "confirmed"
    explained = (rule.human and _is_explained(text, span)) or (_rank(rule) and _is_example(text, span))
    default = rule.human and default_of_setup(match[0], text[slice(*span)])
    if explained or default:
        return "possible"
    if not rule.generated:
        return rule.assurance
    start = max(match.start() - BEFORE_NAME, text.rfind(b"\n", 0, match.start()) + 1)
    assignment, value = text[start : span[0]], text[slice(*span)]
    if rule.assurance == "likely":
        return "possible" if is_of_another(assignment, value) else "likely"
    return "likely" if is_generated(assignment, value, path) else rule.assurance


def _is_example(text: bytes, span: Span) -> bool:
    """Whether an assignment is in a comment of documentation that names an example in a line before it, as in the functions
    of WordPress."""
    start = text.rfind(b"\n", 0, span[0]) + 1
    lines = text[max(0, start - CONTEXT) : span[0]].split(b"\n")
    comment = takewhile(_LINE_OF_COMMENT.match, reversed(lines))
    return any(_NAMES_EXAMPLE.search(line) for line in islice(comment, 1, None))


def _is_explained(text: bytes, span: Span) -> bool:
    """Whether a password is in a comment, with the name of a host that exists in documentation only (RFC 2606)."""
    start = max(span[0] - _LONG_LINE, text.rfind(b"\n", 0, span[0]) + 1)
    end = text.find(b"\n", span[1], span[1] + _LONG_LINE)
    line = text[start : end if end >= 0 else span[1] + _LONG_LINE]
    return _COMMENT.match(line) is not None and _FOR_EXAMPLES.search(line) is not None


def _beginning(rule: Rule, match: "re.Match[bytes]", span: Span) -> str:
    """The name in an assignment, or the prefix of all tokens of a kind; it contains no part of the secret."""
    text = match.string
    if rule.near or rule.last:
        name = text[match.start() : span[0]]
    else:
        value = text[slice(*span)]
        lowered = value.lower()
        word = max((word for word in rule.keywords if lowered.startswith(word.encode())), key=len, default="")
        name = value[: len(word)]
    return " ".join(name.decode("ascii", "replace").split())[:MAX_SHOWN]
