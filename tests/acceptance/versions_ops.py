"""Answers on version order, ranges and rpm names."""

from typing import Any

from careen import versions
from careen.formats.packages.nevra import Nevra, parse_nevra
from careen.matching.constraints import applies, in_range
from careen.plugins import VersionScheme, load

_SCHEMES = {scheme.name: scheme for scheme in load(versions.__name__, "VERSION_SCHEME", VersionScheme)}
_SCHEMES["fuzzy"] = _SCHEMES["upstream"]  # versions of no known scheme


def compare(request: dict[str, Any]) -> int:
    return _order(*map(_SCHEMES[request["scheme"]].key, (request["a"], request["b"])))


def is_in_range(request: dict[str, Any]) -> bool:
    options = {name: request[name] for name in ("prerelease", "zeropad", "loose") if name in request}
    return in_range(_SCHEMES[request["scheme"]], request["version"], request["range"], request["dialect"], **options)


def nevra_parse(request: dict[str, Any]) -> dict[str, Any]:
    return parse_nevra(request["text"])._asdict()


def nevra_cmp(request: dict[str, Any]) -> int:
    def key(nevra: Nevra) -> tuple[Any, ...]:
        return nevra.name, _SCHEMES["rpm"].key(nevra.evr), nevra.arch

    return _order(*(key(parse_nevra(request[side])) for side in "ab"))


def advisory(request: dict[str, Any]) -> bool:
    """A version or constraint that does not parse matches nothing; pre-releases are compared by their order."""
    scheme = _SCHEMES[request["scheme"]]
    options = {"prerelease": True} if scheme.name in ("npm", "pep440", "semver") else {}
    lists = [request[name] or () for name in ("vulnerable", "patched", "unaffected")]
    try:
        return applies(scheme, request["version"], *lists, **options)
    except ValueError:
        return False


def _order(a: Any, b: Any) -> int:
    return (a > b) - (a < b)


OPS = {
    "compare": compare,
    "in_range": is_in_range,
    "nevra_parse": nevra_parse,
    "nevra_cmp": nevra_cmp,
    "advisory": advisory,
}
