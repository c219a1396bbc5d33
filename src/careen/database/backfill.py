"""Scores for the few CVEs of one report that nobody has rated, fetched one by one and kept.

Shape of a record: ``{cveMetadata: {cveId, datePublished}, containers: {cna: {metrics, descriptions}, adp: […]}}``; the
vendor (CNA) and those who enrich (ADP, CISA among them) score apart. Whatever is fetched is kept in a file of its own
beside the database, with its date; a record without a score is asked for again after a day. Nothing is raised: what
cannot be had in time is not there.
**Source:** CVE JSON record format 5.1; CVE Services API.
"""

import logging
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from re import compile as pattern
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from careen.errors import Error
from careen.formats import cvss
from careen.formats.sealed import sealed, unsealed
from careen.model.advisory import Cvss, VulnerabilityRecord
from careen.plugins import Fetcher

from .memory import MemoryDatabase

if TYPE_CHECKING:
    import sqlite3

log = logging.getLogger(__name__)

API = "https://cveawg.mitre.org/api/cve"
CONNECTIONS = 8
BUDGET_S = 10.0
ASK_AGAIN = timedelta(days=1)
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


def backfill(cache: Path, ids: Collection[str], fetcher: Fetcher | None, budget_s: float = BUDGET_S) -> MemoryDatabase:
    """Knowledge of these CVEs' records; ``fetcher`` None: only what was fetched before."""
    wanted = sorted({id for id in ids if _CVE.fullmatch(id)})
    path = cache / "database" / "cve.sqlite"
    now = datetime.now(UTC)
    known = _kept(path, wanted)
    missing = [id for id in wanted if id not in known or (not known[id][1].cvss and now - known[id][0] > ASK_AGAIN)]
    fetched = _fetch(missing, fetcher, budget_s) if fetcher and missing else {}
    if fetched:
        _keep(path, fetched, now)
    return MemoryDatabase({**{id: record for id, (_, record) in known.items()}, **fetched}.values())


def parse(data: bytes) -> VulnerabilityRecord:
    """Raises ValueError where it is no CVE record."""
    try:
        record = msgspec.json.decode(data, type=_Record)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    containers = [one for one in (record.containers.cna, *record.containers.adp) if one]
    texts = (text.value for one in containers for text in one.descriptions if text.lang.startswith("en") and text.value)
    summary = next(texts, "")
    cwes = dict.fromkeys(text.cwe_id for one in containers for problem in one.problem_types for text in problem.descriptions)
    return VulnerabilityRecord(
        id=record.cve_metadata.cve_id,
        source="cve",
        summary=summary if len(summary) <= SUMMARY_LENGTH else summary[: SUMMARY_LENGTH - 1] + "…",
        cvss=tuple(dict.fromkeys(score for one in containers for score in _scores(one))),
        published=record.cve_metadata.date_published[:10],
        cwes=tuple(cwe for cwe in cwes if cwe and cwe.startswith("CWE-")),
    )


def _scores(container: _Container) -> Iterator[Cvss]:
    source = container.provider_metadata.short_name if container.provider_metadata else ""
    for metric in container.metrics:
        for one in (metric.v2, metric.v30, metric.v31, metric.v4):
            if one is None:
                continue
            try:
                version, score = cvss.score(one.vector)
            except ValueError:
                continue
            yield Cvss(source or "CNA", version, one.vector, score)


def _fetch(ids: list[str], fetcher: Fetcher, budget_s: float) -> dict[str, VulnerabilityRecord]:
    """As many as come in time; threads that are still waiting then are left alone."""
    deadline = time.monotonic() + budget_s
    queue: SimpleQueue[str] = SimpleQueue()
    for id in ids:
        queue.put(id)
    found: dict[str, VulnerabilityRecord] = {}

    def work() -> None:
        while time.monotonic() < deadline:
            try:
                id = queue.get_nowait()
            except Empty:
                return
            try:
                record = parse(_body(fetcher, id))
            except (Error, ValueError, OSError):
                continue
            if record.id == id:
                found[id] = record

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(CONNECTIONS, len(ids)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(found)


def _body(fetcher: Fetcher, id: str) -> bytes:
    response = fetcher.request(f"{API}/{id}", headers={"Accept": "application/json"})
    try:
        if response.status != 200:
            raise ValueError(f"the server answered {response.status}")
        data = bytearray()
        while chunk := response.read(64 * 1024):
            data += chunk
            if len(data) > MAX_RECORD_BYTES:
                raise ValueError("record too large")
    finally:
        response.close()
    return bytes(data)


def _kept(path: Path, ids: list[str]) -> dict[str, tuple[datetime, VulnerabilityRecord]]:
    import sqlite3

    if not path.is_file():
        return {}
    found = {}
    try:
        with closing(_open(path)) as connection:
            for id in ids:
                for fetched, body in connection.execute("SELECT fetched, body FROM record WHERE id = ?", (id,)):
                    try:
                        found[id] = (datetime.fromisoformat(fetched), _DECODER.decode(unsealed(f"{id} {fetched}", body)))
                    except (ValueError, TypeError) as error:
                        log.warning("the kept record of %s is damaged (%s): it is fetched anew", id, error)
    except (sqlite3.Error, ValueError):
        path.unlink(missing_ok=True)  # damaged: what was in it can be fetched again
        return {}
    return found


def _keep(path: Path, records: dict[str, VulnerabilityRecord], now: datetime) -> None:
    import sqlite3

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    day = now.isoformat(timespec="seconds")
    rows = [(id, day, sealed(f"{id} {day}", _ENCODER.encode(record))) for id, record in records.items()]
    try:
        with closing(_open(path)) as connection, connection:
            connection.execute("DROP TABLE IF EXISTS cve")  # of earlier versions, without checksums
            connection.execute("CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, fetched TEXT, body BLOB) WITHOUT ROWID")
            connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", rows)
    except sqlite3.Error:
        pass  # kept or not, the report has them


def _open(path: Path) -> "sqlite3.Connection":
    import sqlite3

    return sqlite3.connect(path, timeout=5)
