"""FIRST's Exploit Prediction Scoring System: the probability that a CVE is exploited within 30 days.

Shape: gzipped CSV; a ``#model_version:…,score_date:…`` line, a header ``cve,epss,percentile``, then one line a CVE. Files
of 2021 have no first line, and the oldest no percentile: then it is computed, as the share of scores that are not higher.
Raises: ValueError.  **Source:** first.org/epss/data_stats.
"""

import gzip
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from careen.formats.feeds.each import read_each
from careen.model.advisory import Epss, PassedOver
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_LINES = 5_000_000
_FILE = "epss_scores-current.csv.gz"


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return (Feed(f"epss/{_FILE}", f"https://epss.empiricalsecurity.com/{_FILE}", compressed=True),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    try:
        with gzip.open(file, "rt", encoding="ascii") as stream:
            line = stream.readline(1000)
            header = stream.readline(1000) if line.startswith("#") else line
            names = header.rstrip("\r\n").split(",")
            if names[:2] != ["cve", "epss"] or names[2:3] not in ([], ["percentile"]):
                raise ValueError("EPSS: no header of cve, epss, percentile")
            yield from _scores(stream) if names[2:] else _ranked(stream)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"EPSS: {error}") from None


def _scores(stream: Iterable[str]) -> Iterator[Epss | PassedOver]:
    for number, score in enumerate(read_each(stream, _score)):
        if number > MAX_LINES:
            raise ValueError("EPSS: too many lines")
        yield score


def _score(line: str) -> tuple[Epss]:
    id, score, percentile = line.split(",", 2)
    found = Epss(id, float(score), float(percentile))
    if not (id[:4] == "CVE-" and 0 <= found.score <= 1 and 0 <= found.percentile <= 1):
        raise ValueError(f"EPSS: {line[:60]!r} is not a score")
    return (found,)


def _ranked(stream: Iterable[str]) -> Iterator[Epss | PassedOver]:
    """Scores of a file without percentiles, with percentiles computed."""
    found: list[Epss] = []
    for epss in _scores(f"{line.rstrip()},0" for line in stream):
        if isinstance(epss, PassedOver):
            yield epss
        else:
            found.append(epss)
    scores = sorted(epss.score for epss in found)
    for epss in found:
        yield Epss(epss.id, epss.score, round(bisect_right(scores, epss.score) / len(scores), 5))


ADVISORY_SOURCE = AdvisorySource(
    name="epss",
    title="FIRST EPSS",
    licence="free of charge with attribution to FIRST",
    homepage="https://www.first.org/epss",
    feeds=feeds,
    parse=parse,
    assesses=False,
    form="CSV",
    size="under 10 MB",
    renewed="daily",
    checked="2026-08-21, vunnel",
)
