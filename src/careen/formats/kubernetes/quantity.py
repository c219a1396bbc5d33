"""Quantities of Kubernetes and Compose ("500m", "1Gi") and counts that may be percentages, as numbers.

**Source:** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from typing import Any

from careen.formats.data.yaml_document import as_text


def quantity(value: Any) -> float | None:
    """A quantity of the API ("500m", "1Gi", 2) as a number; None if it is not a quantity."""
    text = as_text(value).strip()
    factors = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
    factors |= {f"{prefix}i": 1024.0**power for power, prefix in enumerate("KMGTPE", 1)}
    suffix = text.lstrip("0123456789.+-")
    if suffix[:1] in ("e", "E") and suffix[1:2].isdigit():
        suffix = ""
    number = text[: len(text) - len(suffix)] if suffix else text
    try:
        return float(number) * (factors[suffix] if suffix else 1.0)
    except (ValueError, KeyError):
        return None


def count(value: Any, of: int | None = None) -> float | None:
    """A number or a percentage ("50%") of ``of``; None if it is neither, or ``of`` is unknown."""
    text = as_text(value)
    try:
        if text.endswith("%"):
            return None if of is None else of * float(text[:-1]) / 100
        return float(text)
    except ValueError:
        return None
