"""The kinds of secrets, by who issues them."""

from ..kind import Half, Kind
from . import cloud, code_hosts, frameworks, keys, logins, messaging, models, operations, payments, products, registries

MODULES = (cloud, code_hosts, registries, messaging, payments, models, operations, products, keys, logins, frameworks)


def kinds(half: Half | None = None, name: str = "") -> list[Kind]:
    every = [kind for module in MODULES for kind in module.KINDS]
    return [kind for kind in every if half in (None, kind.half) and name in ("", kind.name)]
