"""How much of the Internet a block of addresses admits: that of a NetworkPolicy, or the source ranges of a Service.

A block is wide if it admits more addresses than any organisation has. A block that cannot be read admits nothing, since a
cluster refuses it.

**Source:** https://kubernetes.io/docs/concepts/services-networking/network-policies/ (ipBlock); IANA's registries of special
addresses. Those for documentation count as public.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from careen.formats.data.yaml_document import Mapping

Outside = Literal["none", "some", "all"]  # public addresses
_Span = tuple[int, int]  # first and last address

_INSIDE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")  # where pods and nodes mostly are
_PUBLIC = (("1.0.0.0", "223.255.255.255"), ("2000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))
_NOT_PUBLIC = (*_INSIDE, "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "198.18.0.0/15")
_WIDE = {4: 1 << (32 - 7), 6: 1 << (128 - 15)}


def outside(block: Mapping) -> Outside:
    """How many of the public addresses an ipBlock admits; "all" if the block is wide."""
    return _outside(block.text("cidr"), tuple(block.texts("except")))


def admits_pods(block: Mapping) -> bool:
    """Whether an ipBlock is wide and leaves in addresses that are mostly those of pods."""
    return outside(block) == "all" and _has_inside(block.text("cidr"), tuple(block.texts("except")))


def admits(block: Mapping, address: str) -> bool:
    """Whether an ipBlock admits one address."""
    of, (number, _) = _network(address)
    version, (first, last) = _network(block.text("cidr"))
    excepted = (span for its, span in map(_network, block.texts("except")) if its == of)
    return of == version and first <= number <= last and not any(low <= number <= high for low, high in excepted)


def open_to_all(ranges: Iterable[str]) -> bool:
    """Whether a range of a list is wide."""
    return any(_outside(text, ()) == "all" for text in ranges)


@lru_cache(maxsize=4096)
def _outside(cidr: str, excepted: tuple[str, ...]) -> Outside:
    version, whole = _network(cidr)
    if version == 0:
        return "none"
    without = [span for of, span in map(_network, (*excepted, *_NOT_PUBLIC)) if of == version]
    first, last = (int(ipaddress.ip_address(text)) for text in _PUBLIC[version == 6])
    count = _count((max(whole[0], first), min(whole[1], last)), without)
    return "all" if count >= _WIDE[version] else "some" if count else "none"


@lru_cache(maxsize=4096)
def _has_inside(cidr: str, excepted: tuple[str, ...]) -> bool:
    version, whole = _network(cidr)
    without = [span for of, span in map(_network, excepted) if of == version]
    inside = (span for of, span in map(_network, _INSIDE) if of == version)
    return any(_count((max(whole[0], first), min(whole[1], last)), without) for first, last in inside)


def _network(text: str) -> tuple[int, _Span]:
    """Version and span of a block; version 0 if it cannot be read."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return 0, (0, 0)
    return network.version, (int(network.network_address), int(network.broadcast_address))


def _count(whole: _Span, without: Iterable[_Span]) -> int:
    """The number of addresses of a span that are in none of the others."""
    position, last = whole
    count = 0
    for first, end in sorted(without):
        if first > last:
            break
        count += max(0, first - position)
        position = max(position, end + 1)
    return count + max(0, last + 1 - position)
