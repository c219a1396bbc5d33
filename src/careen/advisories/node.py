"""Node.js itself: vulnerabilities of the runtime, by its security working group.

Shape: ``{number: {cve: ["CVE-…"], vulnerable: "18.x || 20.x", patched: "^18.20.4 || ^20.15.1", ref, description,
severity, affectedEnvironments}}``. Each release line is fixed separately: a range goes from the first vulnerable version of
a line to the version that ``patched`` names for it; a line that it does not name has no fix. A vulnerability of Windows or
macOS alone is one of all versions between the named lines too: what other sources state about them is not about Linux either.
Raises: ValueError; an entry with any other kind of term is skipped.
**Source:** nodejs/security-wg, vuln/core; node-semver, "Advanced Range Syntax".
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.formats.version_text.semantic_range import Term, alternatives, raised, terms
from careen.model.advisory import SEVERITIES, Advisory, Range, Severity, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 32 << 20
NAMESPACE = "Node.js"
_HOME = "https://github.com/nodejs/security-wg"
_LIVE = "https://raw.githubusercontent.com/nodejs/security-wg/main/vuln/core/index.json"
_ENVIRONMENTS = frozenset({"all", "linux"})
_SYSTEMS = {"win32": "windows", "darwin": "darwin"}
_SEVERITIES: dict[str, Severity] = {severity: severity for severity in SEVERITIES}


Numbers = tuple[int, ...]


class _Entry(Struct, gc=False, rename="camel"):
    cve: list[str] = []
    vulnerable: str = ""
    patched: str = ""
    ref: str = ""
    description: str = ""
    overview: str = ""
    severity: str = ""
    affected_environments: list[str] = []


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and NAMESPACE not in need.namespaces:
        return ()
    return (Feed("node/core/index.json", _LIVE),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from read_each(read_json(file, dict[str, Raw], MAX_BYTES).items(), _records)


def _records(item: tuple[str, Raw]) -> Iterator[Record]:
    number, raw = item
    entry = from_json(raw, _Entry)
    systems: tuple[str, ...] = ()
    if entry.affected_environments and _ENVIRONMENTS.isdisjoint(entry.affected_environments):
        systems = tuple(sorted({_SYSTEMS.get(name, name) for name in entry.affected_environments}))
    fixes = sorted({term.numbers for text in alternatives(entry.patched) for term in terms(text) if term.numbers})
    ranges = _ranges(entry.vulnerable, fixes)
    if not ranges:
        return
    ids = tuple(dict.fromkeys(id for id in entry.cve if id.startswith("CVE-"))) or (f"NSWG-CORE-{number}",)
    severity = _SEVERITIES.get(entry.severity.lower(), "unknown")
    for id in ids:
        yield Advisory(
            id=id,
            source="node",
            namespace=NAMESPACE,
            package="node",
            ranges=(*ranges, *(_between(entry.vulnerable) if systems else ())),
            systems=systems,
            status="fixed" if fixes else "open",
            severity=severity,
            fixed_versions=tuple(map(_text, fixes)),
            url=entry.ref if entry.ref.startswith("https://") else _HOME,
        )
        yield VulnerabilityRecord(id, "node", summary=_summary(entry))


def _ranges(vulnerable: str, fixes: list[Numbers]) -> tuple[Range, ...]:
    """The affected ranges. A line without a fix ends before the first pre-release of the next line, and so does its
    range."""
    found: dict[Range, None] = {}
    for text in alternatives(vulnerable):
        low, high = _span(terms(text))
        start = _text(low) if low else None
        fix = next((fix for fix in fixes if (low is None or fix >= low) and (high is None or fix <= high)), None)
        if fix is not None:
            found[Range(start, _text(fix))] = None
        else:
            found[Range(start, None, f"{_text(high)}-0" if high else None)] = None
    return tuple(found)


def _between(vulnerable: str) -> Iterator[Range]:
    """The versions before the first affected line, and those between two lines."""
    spans = [(low, high) for text in alternatives(vulnerable) for low, high in [_span(terms(text))] if low]
    end: Numbers | None = None
    for low, high in sorted(spans, key=lambda span: span[0]):
        if end is None or end < low:
            yield Range(_text(end) if end else None, _text(low))
        if high is None:
            return
        end = high


def _span(asked: list[Term]) -> tuple[Numbers | None, Numbers | None]:
    """The first version, and the first version after the range: ``18.x``, ``>=4.0 <=4.2.1``, ``<= 0.10.32``."""
    low: Numbers | None = None
    high: Numbers | None = None
    for operator, numbers, *_ in asked:
        if not numbers:
            continue
        if operator == "=":
            low, high = numbers, raised(numbers)
        elif operator in ("^", "~"):  # of the lines before 4, 0.10 and 0.12, two numbers name one
            low, high = numbers, raised(numbers[:1] if operator == "^" and numbers[0] else numbers[:2])
        elif operator == ">=":
            low = numbers
        elif operator == ">":
            low = raised(_whole(numbers) if len(numbers) > 2 else numbers)
        elif operator == "<":
            high = numbers
        elif operator == "<=":
            high = raised(numbers)
        else:
            raise ValueError(f"Node.js: a range with {operator!r}")
    return low, high


def _whole(numbers: Numbers) -> Numbers:
    return (*numbers, 0, 0)[:3]


def _text(numbers: Numbers) -> str:
    return ".".join(map(str, _whole(numbers)))


def _summary(entry: _Entry) -> str:
    text = " ".join((entry.description or entry.overview.partition("\n\n")[0]).split())
    return text if len(text) <= 200 else text[:199] + "…"


ADVISORY_SOURCE = AdvisorySource(
    name="node",
    title="Node.js security working group, vulnerabilities of the runtime",
    licence="MIT",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    form="JSON",
    size="kilobytes",
    checked="2026-04-08, nodejs/security-wg",
)
