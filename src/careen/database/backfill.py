"""Scores for a few unrated CVEs of one report, fetched one by one and stored.

Shape of a record: ``{cveMetadata: {cveId, datePublished}, containers: {cna: {metrics, descriptions}, adp: […]}}``; the
vendor (CNA) and those who enrich the record (ADP, such as CISA) score separately. All users share the API's rate limit: a
scan requests few records. After a refusal, scans request none for an hour; if nothing answered, for ten minutes. Records
are stored with their dates in a separate file beside the database, as are the ids that the API does not have. Nothing is
raised: a record that does not arrive in time is missing from the result.
**Source:** CVE JSON record format 5.1; CVE Services API.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from re import compile as pattern
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from careen.errors import Error, TooManyRequestsError
from careen.formats.feeds import cvss
from careen.log import logger
from careen.model.advisory import Cvss, VulnerabilityRecord
from careen.plugins import Fetcher
from careen.safety.sealed import sealed, unsealed
from careen.safety.typed import from_json

from .memory import MemoryDatabase

if TYPE_CHECKING:
    import sqlite3

log = logger(__name__)

API = "https://cveawg.mitre.org/api/cve"
MAX_REQUESTS = 30
CONNECTIONS = 4
BUDGET_S = 10.0
ASK_AGAIN = timedelta(days=1)  # for a record without a score
ASK_ABSENT_AGAIN = timedelta(days=3)  # for a missing record: reserved, or rejected before it was published
PAUSES = {"refused": timedelta(hours=1), "unreachable": timedelta(minutes=10)}  # no requests for so long, by the reason
MAX_RECORD_BYTES = 4 << 20
SUMMARY_LENGTH = 200
_CVE = pattern(r"CVE-\d{4}-\d{4,19}")
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(VulnerabilityRecord)


class _Vector(Struct, rename={"vector": "vectorString"}):
    vector: str = ""


class _Metric(Struct, rename={"v2": "cvssV2_0", "v30": "cvssV3_0", "v31": "cvssV3_1", "v4": "cvssV4_0"}):
    v2: _Vector | None = None
    v30: _Vector | None = None
    v31: _Vector | None = None
    v4: _Vector | None = None


class _Provider(Struct, rename="camel"):
    short_name: str = ""


class _Text(Struct, rename="camel"):
    value: str = ""
    lang: str = ""
    cwe_id: str | None = None


class _Problem(Struct):
    descriptions: list[_Text] = []


class _Container(Struct, rename="camel"):
    provider_metadata: _Provider | None = None
    metrics: list[_Metric] = []
    descriptions: list[_Text] = []
    problem_types: list[_Problem] = []


class _Containers(Struct):
    cna: _Container | None = None
    adp: list[_Container] = []


class _Metadata(Struct, rename="camel"):
    cve_id: str
    date_published: str = ""


class _Record(Struct, rename="camel"):
    cve_metadata: _Metadata
    containers: _Containers


def backfill(
    cache: Path, ids: Sequence[str], fetcher: Fetcher | None, budget_s: float = BUDGET_S, now: datetime | None = None
) -> MemoryDatabase:
    """The records of these CVEs, which are ordered by importance. With ``fetcher`` None, only stored records.
    ``budget_s`` limits the time.
    """
    wanted = list(dict.fromkeys(id for id in ids if _CVE.fullmatch(id)))
    path = cache / "database" / "cve.sqlite"
    now = now or datetime.now(UTC)
    known, absent, is_paused = _kept(path, wanted, now)
    unscored = [id for id in wanted if id in known and not known[id][1].cvss and abs(now - known[id][0]) > ASK_AGAIN]
    missing = [id for id in wanted if id not in known and id not in absent] + unscored
    got = _Got()
    if fetcher and missing and not is_paused:
        got = _fetch(missing[:MAX_REQUESTS], fetcher, budget_s)
        _keep(path, got, now)
    return MemoryDatabase({**{id: record for id, (_, record) in known.items()}, **got.records}.values())


def parse(data: bytes) -> VulnerabilityRecord:
    """Parses a CVE record. Raises ValueError if the data is not one."""
    try:
        record = from_json(data, _Record)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    containers = [container for container in (record.containers.cna, *record.containers.adp) if container]
    texts = (
        text.value for container in containers for text in container.descriptions if text.lang.startswith("en") and text.value
    )
    summary = next(texts, "")
    cwes = dict.fromkeys(
        text.cwe_id for container in containers for problem in container.problem_types for text in problem.descriptions
    )
    return VulnerabilityRecord(
        id=record.cve_metadata.cve_id,
        source="cve",
        summary=summary if len(summary) <= SUMMARY_LENGTH else summary[: SUMMARY_LENGTH - 1] + "…",
        cvss=tuple(dict.fromkeys(score for container in containers for score in _scores(container))),
        published=record.cve_metadata.date_published[:10],
        cwes=tuple(cwe for cwe in cwes if cwe and cwe.startswith("CWE-")),
    )


def _scores(container: _Container) -> Iterator[Cvss]:
    source = container.provider_metadata.short_name if container.provider_metadata else ""
    for metric in container.metrics:
        for vector in (metric.v2, metric.v30, metric.v31, metric.v4):
            if vector is None:
                continue
            try:
                version, score = cvss.score(vector.vector)
            except ValueError:
                continue
            yield Cvss(source or "CNA", version, vector.vector, score)


class _Got(Struct, frozen=True):
    """The answers of the API. ``pause``: a key of ``PAUSES``; empty if later scans may ask at once."""

    records: dict[str, VulnerabilityRecord] = {}
    absent: frozenset[str] = frozenset()
    pause: str = ""


def _fetch(ids: list[str], fetcher: Fetcher, budget_s: float) -> _Got:
    """Fetches as many records as possible within the budget. Threads that still wait at its end are abandoned.

    If the first requests fail without any answer, the others are not sent.
    """
    deadline = time.monotonic() + budget_s
    queue: SimpleQueue[str] = SimpleQueue()
    for id in ids:
        queue.put(id)
    found: dict[str, VulnerabilityRecord] = {}
    absent: set[str] = set()
    failed: list[str] = []
    refused, answered = threading.Event(), threading.Event()

    def goes_on() -> bool:
        is_unreachable = len(failed) >= CONNECTIONS and not answered.is_set()
        return time.monotonic() < deadline and not refused.is_set() and not is_unreachable

    def work() -> None:
        while goes_on():
            try:
                id = queue.get_nowait()
            except Empty:
                return
            try:
                status, body = _answer(fetcher, id)
                answered.set()
                if status == 200 and (record := parse(body)).id == id:
                    found[id] = record
                elif status == 404:
                    absent.add(id)
                elif status in (403, 429):
                    refused.set()
            except TooManyRequestsError:
                refused.set()
            except ValueError:
                answered.set()
            except (Error, OSError):
                failed.append(id)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(CONNECTIONS, len(ids)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    pause = "refused" if refused.is_set() else "" if answered.is_set() else "unreachable"
    return _Got(dict(found), frozenset(absent), pause)


def _answer(fetcher: Fetcher, id: str) -> tuple[int, bytes]:
    response = fetcher.request(f"{API}/{id}", headers={"Accept": "application/json"})
    try:
        data = bytearray()
        while response.status == 200 and (chunk := response.read(64 * 1024)):
            data += chunk
            if len(data) > MAX_RECORD_BYTES:
                raise ValueError("record too large")
        return response.status, bytes(data)
    finally:
        response.close()


def _kept(path: Path, ids: list[str], now: datetime) -> tuple[dict[str, tuple[datetime, VulnerabilityRecord]], set[str], bool]:
    """The stored records with their dates, the ids that the API lacks, and whether requests are still paused."""
    import sqlite3

    if not path.is_file():
        return {}, set(), False
    found: dict[str, tuple[datetime, VulnerabilityRecord]] = {}
    absent: set[str] = set()
    is_paused = False
    try:
        with closing(_open(path)) as connection:
            for id in ids:
                for fetched, body in connection.execute("SELECT fetched, body FROM record WHERE id = ?", (id,)):
                    try:
                        found[id] = (datetime.fromisoformat(fetched), _DECODER.decode(unsealed(f"{id} {fetched}", body)))
                    except (ValueError, TypeError) as error:
                        log.warning("the kept record of %s is damaged (%s): it is fetched anew", id, error)
            if connection.execute("SELECT name FROM sqlite_master WHERE name = 'absent'").fetchone():
                asked = {id: datetime.fromisoformat(asked) for id, asked in connection.execute("SELECT id, asked FROM absent")}
                absent = {id for id in ids if id in asked and abs(now - asked[id]) < ASK_ABSENT_AGAIN}
                is_paused = any(why in asked and abs(now - asked[why]) < pause for why, pause in PAUSES.items())
    except (sqlite3.Error, ValueError, TypeError):
        with suppress(OSError):
            path.unlink()  # damaged: its content can be fetched again
        return {}, set(), False
    return found, absent, is_paused


def _keep(path: Path, got: _Got, now: datetime) -> None:
    import sqlite3

    absent = [*sorted(got.absent), *filter(None, [got.pause])]  # a pause has its time among the absent ids
    if not got.records and not absent:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    day = now.isoformat(timespec="seconds")
    rows = [(id, day, sealed(f"{id} {day}", _ENCODER.encode(record))) for id, record in got.records.items()]
    try:
        with closing(_open(path)) as connection, connection:
            connection.execute("DROP TABLE IF EXISTS cve")  # of earlier versions, without checksums
            _prepare(connection)
            connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", rows)
            connection.executemany("INSERT OR REPLACE INTO absent VALUES (?, ?)", [(id, day) for id in absent])
    except sqlite3.Error:
        pass  # the report does not depend on the stored records


def _prepare(connection: "sqlite3.Connection") -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, fetched TEXT, body BLOB) WITHOUT ROWID")
    connection.execute("CREATE TABLE IF NOT EXISTS absent (id TEXT PRIMARY KEY, asked TEXT) WITHOUT ROWID")


def _open(path: Path) -> "sqlite3.Connection":
    import sqlite3

    return sqlite3.connect(path, timeout=5)
