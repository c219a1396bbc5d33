"""``careen db diff``: the differences of two databases, as a table with examples, or as JSON with each difference."""

import sys
from argparse import ArgumentTypeError, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

from careen.output.escape import visible

from .arguments import Parser

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.database.compare import Comparison
    from careen.database.differences import Difference
    from careen.plugins import Record

SCHEMA = "careen.db-diff/1"
SHOWN = 20  # of each kind
SHOWN_VERBOSE = 1000
SHOWN_JSON = 1000
MAX_VERSIONS = 3
TITLES = {
    "advisory": "advisories",
    "malicious": "malicious packages",
    "support": "end of life",
    "exploited": "known exploited",
    "record": "vulnerabilities (scores, summaries)",
    "epss": "EPSS",
    "repository": "repositories of vendors",
}
_KEYS = frozenset({"id", "namespace", "package", "name"})  # once for each difference


def add_flags(made: Parser) -> None:
    group = made.add_argument_group("diff")
    group.add_argument(
        "--namespace",
        metavar="NAME",
        action="append",
        default=[],
        help="only this namespace, such as npm; may be repeated",
    )
    group.add_argument(
        "--source", metavar="SOURCE", action="append", default=[], help="only this source: osv, osv/npm, kev; may be repeated"
    )
    text = f"differences to list of each kind ({SHOWN}; with --verbose or as JSON {SHOWN_JSON:,}); counts include all"
    group.add_argument("--limit", metavar="N", type=_count, help=text)


def diff(arguments: Namespace, settings: "Settings", as_json: bool) -> None:
    """Writes to standard output; JSON is written while the databases are compared."""
    from careen.app.databases import database_diff

    only = {"namespaces": arguments.namespace, "sources": arguments.source}
    before, *after = arguments.names
    usual = SHOWN_JSON if as_json else SHOWN_VERBOSE if settings.verbose else SHOWN
    limit = usual if arguments.limit is None else arguments.limit
    if as_json:
        writer = _Writer(sys.stdout, limit)
        writer.end(database_diff(before, after[0] if after else None, settings, writer.take, **only))
        return
    examples: dict[str, list[Difference]] = {}

    def keep(difference: "Difference") -> None:
        kept = examples.setdefault(difference.kind, [])
        if len(kept) < limit:
            kept.append(difference)

    found = database_diff(before, after[0] if after else None, settings, keep, **only)
    sys.stdout.writelines(f"{line}\n" for line in _lines(found, examples))


class _Writer:
    """Writes each difference as JSON when it is found, and the totals at the end."""

    def __init__(self, stream: IO[str], limit: int) -> None:
        self._stream, self._limit = stream, limit
        self._seen: Counter[str] = Counter()
        self._begun = False

    def take(self, difference: "Difference") -> None:
        import json

        self._seen[difference.kind] += 1
        if self._seen[difference.kind] <= self._limit:
            self._begin()
            self._stream.write(("," if self._begun else "") + "\n  " + json.dumps(_document(difference)))
            self._begun = True

    def end(self, found: "Comparison") -> None:
        import json

        import msgspec

        if not self._begun:
            self._begin()
        omitted = {kind: count - self._limit for kind, count in self._seen.items() if count > self._limit}
        rest = {
            "omitted": omitted,
            "kinds": msgspec.to_builtins(found.kinds),
            "sources": msgspec.to_builtins(found.sources),
            "before": {"path": found.before.path, "built": found.before.built},
            "after": {"path": found.after.path, "built": found.after.built},
        }
        text = json.dumps(rest, indent=1)
        self._stream.write(f"\n ],{text.removeprefix('{')}\n")

    def _begin(self) -> None:
        if not self._begun:
            self._stream.write(f'{{\n "schema": "{SCHEMA}",\n "differences": [')


def _document(difference: "Difference") -> dict[str, Any]:
    """The difference for JSON: the fields that changed if a record was changed, else all fields."""
    return {
        "kind": difference.kind,
        "source": difference.source,
        "namespace": difference.namespace,
        "name": difference.name,
        "id": difference.id,
        "change": difference.change,
        "fields": list(difference.fields),
        "before": [_fields(record, difference.fields) for record in difference.before],
        "after": [_fields(record, difference.fields) for record in difference.after],
    }


def _fields(record: "Record", chosen: Sequence[str]) -> dict[str, Any]:
    names = [name for name in record.__struct_fields__ if name not in _KEYS]
    names = [name for name in names if name in chosen] or names
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: object) -> Any:
    from msgspec import Struct

    if isinstance(value, Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _lines(found: "Comparison", examples: "dict[str, list[Difference]]") -> Iterator[str]:
    for database in (found.before, found.after):
        yield f"{visible(database.path)}, built {visible(database.built)}"
    yield ""
    if not found.sources:
        yield "They have the same content."
        return
    width = max(6, *(len(source.name) for source in found.sources))
    yield f"{'SOURCE':<{width}}  {'ADDED':>8}  {'REMOVED':>8}  {'CHANGED':>8}  DATA OF"
    for source in found.sources:
        span = " -> ".join(dict.fromkeys((source.before[:10] or "-", source.after[:10] or "-")))
        counts = f"{source.added:>8,}  {source.removed:>8,}  {source.changed:>8,}"
        yield f"{visible(source.name):<{width}}  {counts}  {visible(span)}"
    for kind in found.kinds:
        yield ""
        yield f"{TITLES[kind.kind]}: {kind.added:,} added, {kind.removed:,} removed, {kind.changed:,} changed"
        listed = examples.get(kind.kind, [])
        yield from (f"  {visible(_line(difference))}" for difference in listed)
        if len(listed) < kind.total:
            yield f"  and {kind.total - len(listed):,} more (--limit N)"


def _line(difference: "Difference") -> str:
    about = " ".join(filter(None, (difference.namespace, difference.name, difference.id)))
    if difference.change != "changed":
        summary = _summary(difference.after or difference.before)
        return f"{'+' if difference.change == 'added' else '-'} {about}" + (f": {summary}" if summary else "")
    before, after = _summary(difference.before), _summary(difference.after)
    return f"~ {about}: " + (f"{before} -> {after}" if before != after else ", ".join(difference.fields))


def _summary(records: "Sequence[Record]") -> str:
    """The most important fields of a record."""
    from careen.model.advisory import Advisory, Epss, Exploited, LimitedSupport, Support, VulnerabilityRecord

    match records[0]:
        case Advisory() as first:
            versions = dict.fromkeys(
                version for record in records if isinstance(record, Advisory) for version in _fixes(record)
            )
            more = ", …" if len(versions) > MAX_VERSIONS else ""
            return ", ".join(list(versions)[:MAX_VERSIONS]) + more or first.status
        case Support(_, end):
            return end
        case LimitedSupport() as limited:
            return " ".join(filter(None, (limited.ended, limited.version)))
        case Exploited() as exploited:
            return f"{exploited.added}{', ransomware' if exploited.ransomware else ''}"
        case VulnerabilityRecord() as record:
            scores = dict.fromkeys(f"{score.score} ({score.source}, {score.version})" for score in record.cvss)
            return ", ".join([*scores][:MAX_VERSIONS]) or record.severity
        case Epss() as epss:
            return f"{epss.score:.5f}"
        case _:
            return ""


def _fixes(advisory: Any) -> Iterator[str]:
    yield from advisory.fixed_versions or (range.fixed for range in advisory.ranges if range.fixed)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ArgumentTypeError(f"{text!r} is not a number")
    return int(text)
