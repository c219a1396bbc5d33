"""The functions of chart templates: those of Sprig, which Helm offers, and Helm's own.

``FUNCTIONS`` needs nothing else; ``helm_functions`` are those that run templates. A function whose result is random,
a certificate, a password or the time gives a fixed value: so a rendering is repeatable, and no made-up secret is
reported.
**Source:** Sprig, function documentation; Helm, "Template Function List".
"""

from collections.abc import Callable
from typing import Any

from . import dates, dicts, encodings, lists, numbers, paths, patterns, secrets, strings, types, versions, yaml_text

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: function
    for module in (dates, dicts, encodings, lists, numbers, paths, patterns, secrets, strings, types, versions, yaml_text)
    for name, function in module.FUNCTIONS.items()
}
