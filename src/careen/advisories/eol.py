"""Until when distributions give security updates free of charge.

Shape: ``{result: {name, releases: [{name, eolFrom: date | null, eoesFrom: date | null}]}}``, one file a product; or all
products in one file, as a list of ``result``. The older API v0, which a mirror may have, has ``[{cycle, eol: date | bool,
extendedSupport: date | bool}]`` in each file. Debian's extended support is its LTS, which is free for everyone; other
distributions sell theirs, and it does not count. An end without a date is ignored.
Raises: ValueError.  **Source:** endoflife.date, API v1 and v0.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path

from msgspec import Raw, Struct

from careen.distributions.profile import Profile
from careen.distributions.registry import profiles
from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.model.advisory import Support
from careen.plugins import Address, AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 20 << 20
_LIVE = "https://endoflife.date/api/v1/products"
_BEFORE = "https://endoflife.date/api"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class _Release(Struct, gc=False, rename="camel"):
    name: str
    eol_from: str | None = None
    eoes_from: str | None = None


class _Product(Struct, gc=False):
    name: str
    releases: list[Raw]


class _Answer(Struct, gc=False):
    result: _Product | list[_Product]


class _Cycle(Struct, gc=False, rename="camel"):
    cycle: str
    eol: str | bool = False
    extended_support: str | bool = False


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    wanted = sorted(_products())
    if need.namespaces is not None:
        ids = {name.partition(":")[0] for name in need.namespaces}
        wanted = [product for product in wanted if not ids.isdisjoint(profile.id for profile in _products()[product])]
    return tuple(
        Feed(
            f"eol/api/{product}.json",
            f"{_LIVE}/{product}/",
            elsewhere=(Address(f"{_LIVE}/full"), Address(f"{_BEFORE}/{product}.json")),
            part=product,
        )
        for product in wanted
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    followers = _products()[feed.part]
    answer = read_json(file, _Answer | list[Raw], MAX_BYTES)  # type: ignore[arg-type]
    if isinstance(answer, list):
        yield from read_each(answer, partial(_of_cycle, followers))
        return
    products = answer.result if isinstance(answer.result, list) else [answer.result]
    product = next((known for known in products if known.name == feed.part), None)
    if product is None:
        raise ValueError(f"it does not have {feed.part}")
    yield from read_each(product.releases, partial(_of_release, followers))


def _of_release(followers: Sequence[Profile], raw: Raw) -> Iterator[Support]:
    release = from_json(raw, _Release)
    yield from _support(followers, release.name, release.eol_from, release.eoes_from)


def _of_cycle(followers: Sequence[Profile], raw: Raw) -> Iterator[Support]:
    cycle = from_json(raw, _Cycle)
    yield from _support(followers, cycle.cycle, cycle.eol, cycle.extended_support)


def _support(followers: Sequence[Profile], release: str, *dates: str | bool | None) -> Iterator[Support]:
    """When support ends for each distribution that follows this product. ``dates``: the end of support, and of its
    extension."""
    for profile in followers:
        counted = dates if profile.support.free_extension else dates[:1]
        if known := [date for date in counted if isinstance(date, str) and _DATE.fullmatch(date)]:
            yield Support(f"{profile.id}:{release}", max(known))


@cache
def _products() -> dict[str, list[Profile]]:
    """The distributions whose dates each product has, by the product's name."""
    found: dict[str, list[Profile]] = {}
    for profile in profiles().values():
        if profile.support.product:
            found.setdefault(profile.support.product, []).append(profile)
    return found


ADVISORY_SOURCE = AdvisorySource(
    name="eol",
    title="endoflife.date, distributions",
    licence="MIT",
    homepage="https://endoflife.date",
    feeds=feeds,
    parse=parse,
    assesses=False,
    form="JSON",
    size="kilobytes",
    renewed="weekly",
    checked="2026-08-22, endoflife.date",
)
