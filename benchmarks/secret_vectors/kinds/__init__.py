"""The kinds of secrets, by who issues them."""

from ..kind import Kind
from . import cloud, code_hosts, frameworks, keys, logins, messaging, models, operations, payments, products, registries, second

MODULES = (cloud, code_hosts, registries, messaging, payments, models, operations, products, keys, logins, frameworks)
HALVES = ("development", "held_out", "second_development", "second_held_out")


def kinds(half: str | None = None, name: str = "") -> list[Kind]:
    first = [(kind.half, kind) for module in MODULES for kind in module.KINDS]
    later = [(f"second_{kind.half}", kind) for kind in second.KINDS]
    return [kind for of, kind in first + later if half in (None, of) and name in ("", kind.name)]
