"""The score of a CVSS vector of version 2.0, 3.0, 3.1 or 4.0, and the rating of a score.

The score is that of the vector as it stands: base, and threat or environment if the vector has them.
Raises ValueError for text that is not a vector: a metric missing, unknown, twice, or (versions 2.0 and 4.0) out of order.
**Source:** FIRST, CVSS v2 guide section 3.2; CVSS v3.0 and v3.1 specifications sections 6 to 8.
"""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import prod

from careen.model.advisory import Cvss, Severity

from .cvss4 import score_4

Metrics = Mapping[str, str]
_TENTH = Decimal("0.1")
_ONE = Decimal(1)
_TEN = Decimal(10)


@lru_cache(maxsize=65_536)
def score(vector: str) -> tuple[str, float]:
    """The CVSS version of a vector, and its score. Raises: ValueError for a text that is not a vector of version 2 to 4."""
    if len(vector) > 400:
        raise ValueError("CVSS: vector too long")
    head, _, rest = vector.partition("/")
    match head:
        case "CVSS:4.0":
            return "4.0", score_4(rest)
        case "CVSS:3.1" | "CVSS:3.0":
            return head[5:], float(_score_3(_read(rest, _V3, ordered=False), head[5:]))
    if head.startswith("CVSS:"):
        raise ValueError(f"CVSS: no version {head[5:]}")
    if vector.startswith("(") and vector.endswith(")"):  # as NVD wrote those of version 2
        vector = vector[1:-1]
    return "2.0", float(_score_2(_read(vector, _V2, ordered=True)))


def scored(vector: str, source: str) -> tuple[Cvss, ...]:
    """The vector with its score and its source; () if it is not a vector."""
    try:
        version, number = score(vector)
    except ValueError:
        return ()
    return (Cvss(source, version, vector, number),)


def rating(score: float, version: str = "3.1") -> Severity:
    """The qualitative rating of a score; version 2.0 has no ratings of its own and gets NVD's three."""
    if version == "2.0":
        return "high" if score >= 7 else "medium" if score >= 4 else "low"
    if score >= 9:
        return "critical"
    if score >= 7:
        return "high"
    if score >= 4:
        return "medium"
    return "low" if score > 0 else "negligible"


def _read(text: str, known: Mapping[str, Mapping[str, Decimal | None]], *, ordered: bool) -> Metrics:
    found: dict[str, str] = {}
    for part in text.split("/"):
        name, _, value = part.partition(":")
        if value not in known.get(name, ()) or name in found:
            raise ValueError(f"CVSS: {part!r} is unknown or repeated")
        found[name] = value
    if ordered and list(found) != [name for name in known if name in found]:
        raise ValueError("CVSS: metrics out of order")
    if missing := [name for name, values in known.items() if not {"X", "ND"} & set(values) and name not in found]:
        raise ValueError(f"CVSS: no {missing[0]}")
    return found


def _values(text: str) -> dict[str, Decimal | None]:
    pairs = (pair.partition("=") for pair in text.split())
    return {name: Decimal(value) if value else None for name, _, value in pairs}


_V2 = {
    "AV": _values("L=.395 A=.646 N=1"), "AC": _values("H=.35 M=.61 L=.71"), "Au": _values("M=.45 S=.56 N=.704"),
    "C": _values("N=0 P=.275 C=.66"), "I": _values("N=0 P=.275 C=.66"), "A": _values("N=0 P=.275 C=.66"),
    "E": _values("U=.85 POC=.9 F=.95 H=1 ND=1"), "RL": _values("OF=.87 TF=.9 W=.95 U=1 ND=1"),
    "RC": _values("UC=.9 UR=.95 C=1 ND=1"),
    "CDP": _values("N=0 L=.1 LM=.3 MH=.4 H=.5 ND=0"), "TD": _values("N=0 L=.25 M=.75 H=1 ND=1"),
    "CR": _values("L=.5 M=1 H=1.51 ND=1"), "IR": _values("L=.5 M=1 H=1.51 ND=1"), "AR": _values("L=.5 M=1 H=1.51 ND=1"),
}  # fmt: skip


def _score_2(metrics: Metrics) -> Decimal:
    def value(name: str) -> Decimal:
        return _V2[name][metrics.get(name, "ND")] or Decimal(0)

    def rounded(number: Decimal) -> Decimal:
        return number.quantize(_TENTH, ROUND_HALF_UP) + 0  # so that -0 becomes 0

    def temporal(impact: Decimal) -> Decimal:
        exploitability = 20 * prod(map(value, ("AV", "AC", "Au")))
        factor = Decimal("1.176") if impact else Decimal(0)
        base = rounded((Decimal("0.6") * impact + Decimal("0.4") * exploitability - Decimal("1.5")) * factor)
        return rounded(base * prod(map(value, ("E", "RL", "RC"))))

    damage = Decimal("10.41")
    if not any(name in metrics for name in ("CDP", "TD", "CR", "IR", "AR")):
        return temporal(damage * (1 - prod(1 - value(name) for name in "CIA")))
    impact = min(_TEN, damage * (1 - prod(1 - value(name) * value(name + "R") for name in "CIA")))
    adjusted = temporal(impact)
    return rounded((adjusted + (10 - adjusted) * value("CDP")) * value("TD"))


_V3 = {
    "AV": _values("N=.85 A=.62 L=.55 P=.2"), "AC": _values("L=.77 H=.44"), "PR": _values("N=.85 L=.62 H=.27"),
    "UI": _values("N=.85 R=.62"), "S": _values("U C"),
    "C": _values("H=.56 L=.22 N=0"), "I": _values("H=.56 L=.22 N=0"), "A": _values("H=.56 L=.22 N=0"),
    "E": _values("X=1 H=1 F=.97 P=.94 U=.91"), "RL": _values("X=1 U=1 W=.97 T=.96 O=.95"), "RC": _values("X=1 C=1 R=.96 U=.92"),
    "CR": _values("X=1 H=1.5 M=1 L=.5"), "IR": _values("X=1 H=1.5 M=1 L=.5"), "AR": _values("X=1 H=1.5 M=1 L=.5"),
    "MAV": _values("X N A L P"), "MAC": _values("X L H"), "MPR": _values("X N L H"), "MUI": _values("X N R"),
    "MS": _values("X U C"),
    "MC": _values("X H L N"), "MI": _values("X H L N"), "MA": _values("X H L N"),
}  # fmt: skip
_PRIVILEGES_OF_CHANGED_SCOPE = {"L": Decimal("0.68"), "H": Decimal("0.5")}
_ENVIRONMENT = ("CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA")


def _score_3(metrics: Metrics, version: str) -> Decimal:
    environment = any(metrics.get(name, "X") != "X" for name in _ENVIRONMENT)

    def chosen(name: str) -> str:
        modified = metrics.get("M" + name, "X") if environment else "X"
        return metrics[name] if modified == "X" else modified

    def value(name: str) -> Decimal:
        return _V3[name][chosen(name)] or Decimal(0)

    def weight(name: str) -> Decimal:
        return _V3[name][metrics.get(name, "X")] or Decimal(0)

    changed = chosen("S") == "C"
    privileges = _PRIVILEGES_OF_CHANGED_SCOPE.get(chosen("PR")) if changed else None
    exploitability = Decimal("8.22") * value("AV") * value("AC") * (privileges or value("PR")) * value("UI")
    loss = 1 - prod(1 - value(name) * weight(name + "R") for name in "CIA")
    if environment:
        loss = min(loss, Decimal("0.915"))
    if not changed:
        impact = Decimal("6.42") * loss
    elif environment and version == "3.1":
        impact = (
            Decimal("7.52") * (loss - Decimal("0.029")) - Decimal("3.25") * (loss * Decimal("0.9731") - Decimal("0.02")) ** 13
        )
    else:
        impact = Decimal("7.52") * (loss - Decimal("0.029")) - Decimal("3.25") * (loss - Decimal("0.02")) ** 15
    if impact <= 0:
        return Decimal(0)
    total = (impact + exploitability) * (Decimal("1.08") if changed else _ONE)
    return _up(_up(min(total, _TEN), version) * weight("E") * weight("RL") * weight("RC"), version)


def _up(number: Decimal, version: str) -> Decimal:
    """The number rounded up to a tenth; version 3.1 first drops all but five decimals."""
    if version == "3.1":
        number = number.quantize(Decimal("0.00001"), ROUND_HALF_UP)
    return number.quantize(_TENTH, ROUND_CEILING)
