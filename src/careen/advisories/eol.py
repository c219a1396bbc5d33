"""Until when distributions give security updates free of charge.

Shape: ``[{cycle, eol: date | bool, extendedSupport: date | bool}]``, a file a product. Debian's extended support is its
LTS, free for everyone; that of the others is sold and does not count. ``eol: true`` without a date says nothing here.
Raises: ValueError.  **Source:** endoflife.date, API v0.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from careen.formats.jsonfile import read_json
from careen.formats.lifecycles import PRODUCTS
from careen.model.advisory import Support
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 20 << 20
_LIVE = "https://endoflife.date/api"
_FREE_EXTENSION = frozenset({"debian"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class _Cycle(Struct, gc=False, rename="camel"):
    cycle: str
    eol: str | bool = False
    extended_support: str | bool = False


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    wanted = sorted(PRODUCTS)
    if need.namespaces is not None:
        ids = {name.partition(":")[0] for name in need.namespaces}
        wanted = [product for product in wanted if PRODUCTS[product] in ids]
    return tuple(Feed(f"eol/api/{product}.json", f"{_LIVE}/{product}.json", part=product) for product in wanted)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    id = PRODUCTS[feed.part]
    for cycle in read_json(file, list[_Cycle], MAX_BYTES):
        dates = [cycle.eol]
        if id in _FREE_EXTENSION:
            dates.append(cycle.extended_support)
        known = [date for date in dates if isinstance(date, str) and _DATE.fullmatch(date)]
        if known:
            yield Support(f"{id}:{cycle.cycle}", max(known))


ADVISORY_SOURCE = AdvisorySource(
    name="eol",
    title="endoflife.date, distributions",
    licence="MIT",
    homepage="https://endoflife.date",
    feeds=feeds,
    parse=parse,
)
