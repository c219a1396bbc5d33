"""The kinds of secrets, by who issues them."""

from ..kind import Kind
from . import (
    cloud,
    code_hosts,
    fourth,
    fourth_files,
    frameworks,
    keys,
    logins,
    messaging,
    models,
    operations,
    payments,
    products,
    registries,
    second,
    third,
)

MODULES = (cloud, code_hosts, registries, messaging, payments, models, operations, products, keys, logins, frameworks)
LATER = (("second", second), ("third", third), ("fourth", fourth), ("fourth", fourth_files))
HALVES = (
    "development",
    "held_out",
    "second_development",
    "second_held_out",
    "third_development",
    "third_held_out",
    "fourth_development",
    "fourth_held_out",
)


def kinds(half: str | None = None, name: str = "") -> list[Kind]:
    first = [(kind.half, kind) for module in MODULES for kind in module.KINDS]
    later = [(f"{of}_{kind.half}", kind) for of, module in LATER for kind in module.KINDS]
    return [kind for of, kind in first + later if half in (None, of) and name in ("", kind.name)]
