"""Until when distributions give security updates free of charge.

Shape: ``[{cycle, eol: date | bool, extendedSupport: date | bool}]``, a file a product. Debian's extended support is its
LTS, free for everyone; that of the others is sold and does not count. ``eol: true`` without a date says nothing here.
Raises: ValueError.  **Source:** endoflife.date, API v0.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from careen.distributions.profile import Profile
from careen.distributions.registry import profiles
from careen.formats.jsonfile import read_json
from careen.model.advisory import Support
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 20 << 20
_LIVE = "https://endoflife.date/api"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class _Cycle(Struct, gc=False, rename="camel"):
    cycle: str
    eol: str | bool = False
    extended_support: str | bool = False


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    wanted = sorted(_products())
    if need.namespaces is not None:
        ids = {name.partition(":")[0] for name in need.namespaces}
        wanted = [product for product in wanted if not ids.isdisjoint(one.id for one in _products()[product])]
    return tuple(Feed(f"eol/api/{product}.json", f"{_LIVE}/{product}.json", part=product) for product in wanted)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    for cycle in read_json(file, list[_Cycle], MAX_BYTES):
        for one in _products()[feed.part]:
            dates = (cycle.eol, cycle.extended_support) if one.support.free_extension else (cycle.eol,)
            known = [date for date in dates if isinstance(date, str) and _DATE.fullmatch(date)]
            if known:
                yield Support(f"{one.id}:{cycle.cycle}", max(known))


@cache
def _products() -> dict[str, list[Profile]]:
    """The distributions that each product there has the dates of."""
    found: dict[str, list[Profile]] = {}
    for one in profiles().values():
        if one.support.product:
            found.setdefault(one.support.product, []).append(one)
    return found


ADVISORY_SOURCE = AdvisorySource(
    name="eol",
    title="endoflife.date, distributions",
    licence="MIT",
    homepage="https://endoflife.date",
    feeds=feeds,
    parse=parse,
    assesses=False,
)
