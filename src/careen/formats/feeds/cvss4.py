"""The score of a CVSS 4.0 vector.

A vector belongs to a macro vector, whose score is looked up. From it a part is subtracted for the distance of the vector
from the most severe vector of its macro vector, in steps of a tenth.
Raises ValueError for text that is not a vector.  **Source:** FIRST, CVSS v4.0 specification, section 8.2 and tables 24 to 30.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import floor

# In the order of a vector; a metric with X may be absent. Values of graded metrics go from most to least severe.
_METRICS = {
    "AV": "N A L P", "AC": "L H", "AT": "N P", "PR": "N L H", "UI": "N P A", "VC": "H L N", "VI": "H L N", "VA": "H L N",
    "SC": "H L N", "SI": "H L N", "SA": "H L N", "E": "X A P U", "CR": "X H M L", "IR": "X H M L", "AR": "X H M L",
    "MAV": "X N A L P", "MAC": "X L H", "MAT": "X N P", "MPR": "X N L H", "MUI": "X N P A", "MVC": "X H L N", "MVI": "X H L N",
    "MVA": "X H L N", "MSC": "X H L N", "MSI": "X S H L N", "MSA": "X S H L N", "S": "X N P", "AU": "X N Y", "R": "X A U I",
    "V": "X D C", "RE": "X L M H", "U": "X Clear Green Amber Red",
}  # fmt: skip
_LEVELS = {
    "AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA", "VC": "HLN", "VI": "HLN", "VA": "HLN",
    "SC": "SHLN", "SI": "SHLN", "SA": "SHLN", "CR": "HML", "IR": "HML", "AR": "HML",
}  # fmt: skip
# Tenths by EQ1, EQ2, EQ3, then in the order of EQ4, EQ5, EQ6 (EQ6 is 1 if EQ3 is 2).
_SCORES = {
    "000": "100 99 98 95 95 92 100 96 93 87 91 81 93 90 89 80 81 68",
    "001": "98 95 95 92 90 84 93 92 89 81 81 65 88 80 78 70 69 48",
    "002": "92 82 72 79 69 50 69 55 27",
    "010": "99 97 95 92 92 85 95 91 90 83 84 71 92 81 82 71 72 53",
    "011": "95 93 92 85 85 73 92 82 80 72 70 59 84 70 71 52 50 30",
    "012": "86 75 52 71 52 29 63 29 17",
    "100": "98 95 94 87 91 81 94 89 86 74 77 64 87 75 74 63 63 49",
    "101": "94 89 88 77 76 67 86 76 74 58 59 50 72 57 57 52 52 25",
    "102": "83 70 54 65 58 26 53 21 13",
    "110": "95 90 88 76 76 70 90 77 75 62 61 53 77 66 68 59 52 30",
    "111": "89 78 76 67 62 58 74 59 57 57 47 23 61 52 57 29 24 16",
    "112": "71 59 30 58 26 15 23 13 6",
    "200": "93 87 86 72 75 58 86 74 74 61 56 34 70 54 52 40 40 22",
    "201": "85 75 74 55 62 51 72 57 55 41 46 19 53 36 34 19 19 8",
    "202": "64 51 20 47 21 11 24 9 4",
    "210": "88 75 73 53 60 50 73 55 59 40 41 20 54 43 45 22 20 11",
    "211": "75 55 58 45 40 21 61 51 48 18 20 9 46 18 17 7 8 2",
    "212": "53 24 14 24 12 5 10 3 1",
}
_SCORE = {
    eq123 + eq4 + eq5 + eq6: int(tenths)
    for eq123, row in _SCORES.items()
    for (eq4, eq5, eq6), tenths in zip(product("012", "012", "1" if eq123[2] == "2" else "01"), row.split(), strict=True)
}
# The most severe vectors of each equivalence class.
_HIGHEST_1 = {
    "0": ("AV:N PR:N UI:N",),
    "1": ("AV:A PR:N UI:N", "AV:N PR:L UI:N", "AV:N PR:N UI:P"),
    "2": ("AV:P PR:N UI:N", "AV:A PR:L UI:P"),
}
_HIGHEST_2 = {"0": ("AC:L AT:N",), "1": ("AC:H AT:N", "AC:L AT:P")}
_HIGHEST_36 = {
    "00": ("VC:H VI:H VA:H CR:H IR:H AR:H",),
    "01": ("VC:H VI:H VA:L CR:M IR:M AR:H", "VC:H VI:H VA:H CR:M IR:M AR:M"),
    "10": ("VC:L VI:H VA:H CR:H IR:H AR:H", "VC:H VI:L VA:H CR:H IR:H AR:H"),
    "11": (
        "VC:L VI:H VA:L CR:H IR:M AR:H", "VC:L VI:H VA:H CR:H IR:M AR:M", "VC:H VI:L VA:H CR:M IR:H AR:M",
        "VC:H VI:L VA:L CR:M IR:H AR:H", "VC:L VI:L VA:H CR:H IR:H AR:M",
    ),
    "21": ("VC:L VI:L VA:L CR:H IR:H AR:H",),
}  # fmt: skip
_HIGHEST_4 = {"0": ("SC:H SI:S SA:S",), "1": ("SC:H SI:H SA:H",), "2": ("SC:L SI:L SA:L",)}
# The number of steps in each class.
_DEPTH_1 = {"0": 1, "1": 4, "2": 5}
_DEPTH_2 = {"0": 1, "1": 2}
_DEPTH_36 = {"00": 7, "01": 6, "10": 8, "11": 8, "21": 10}
_DEPTH_4 = {"0": 6, "1": 5, "2": 4}


def score_4(text: str) -> float:
    """The score of a vector, given without its ``CVSS:4.0/``."""
    metrics = _effective(_read(text))
    if all(metrics[name] == "N" for name in ("VC", "VI", "VA", "SC", "SI", "SA")):
        return 0.0
    classes = _classes(metrics)
    eq1, eq2, eq3, eq4, _, eq6 = classes
    tenths = _SCORE["".join(classes)]
    steps = _steps(metrics, eq1, eq2, eq3 + eq6, eq4)
    losses = []
    for lower, step, depth in (
        (_lower(classes, 0), steps[0], _DEPTH_1[eq1]),
        (_lower(classes, 1), steps[1], _DEPTH_2[eq2]),
        (_lower_36(classes), steps[2], _DEPTH_36[eq3 + eq6]),
        (_lower(classes, 3), steps[3], _DEPTH_4[eq4]),
        (_lower(classes, 4), 0, 1),
    ):
        if lower is not None:
            losses.append(Fraction((tenths - lower) * step, depth))
    mean = sum(losses, Fraction()) / len(losses) if losses else Fraction()
    return min(100, max(0, floor(tenths - mean + Fraction(1, 2)))) / 10


def _read(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    order = iter(_METRICS)
    for part in text.split("/"):
        name, _, value = part.partition(":")
        if name not in order or value not in _METRICS[name].split():  # ``in`` consumes the iterator: this checks the order
            raise ValueError(f"CVSS: {part!r} is unknown, repeated or out of order")
        found[name] = value
    if missing := [name for name, values in _METRICS.items() if values[0] != "X" and name not in found]:
        raise ValueError(f"CVSS: no {missing[0]}")
    return found


def _effective(given: Mapping[str, str]) -> dict[str, str]:
    """The metrics with the changes of the environment metrics, and the worst case for metrics that are not set."""
    metrics = {}
    for name in (*_LEVELS, "E"):
        value = given.get("M" + name, "X")
        metrics[name] = given.get(name, "X") if value == "X" else value
    for name, worst in (("E", "A"), ("CR", "H"), ("IR", "H"), ("AR", "H")):
        if metrics[name] == "X":
            metrics[name] = worst
    return metrics


def _classes(m: Mapping[str, str]) -> tuple[str, ...]:
    easy = [m["AV"] == "N", m["PR"] == "N", m["UI"] == "N"]
    high = [m[name] == "H" for name in ("VC", "VI", "VA")]
    asked = [m[name] == "H" for name in ("CR", "IR", "AR")]
    eq1 = "0" if all(easy) else "1" if any(easy) and m["AV"] != "P" else "2"
    eq2 = "0" if m["AC"] == "L" and m["AT"] == "N" else "1"
    eq3 = "0" if high[0] and high[1] else "1" if any(high) else "2"
    eq4 = "0" if "S" in (m["SI"], m["SA"]) else "1" if "H" in (m["SC"], m["SI"], m["SA"]) else "2"
    eq5 = {"A": "0", "P": "1", "U": "2"}[m["E"]]
    eq6 = "0" if any(impact and asked_for for impact, asked_for in zip(high, asked, strict=True)) else "1"
    return eq1, eq2, eq3, eq4, eq5, eq6


def _steps(metrics: Mapping[str, str], eq1: str, eq2: str, eq36: str, eq4: str) -> tuple[int, int, int, int]:
    """For each class, the steps between the vector and the first most severe vector of its macro vector that is
    nowhere less severe."""
    for vectors in product(_HIGHEST_1[eq1], _HIGHEST_2[eq2], _HIGHEST_36[eq36], _HIGHEST_4[eq4]):
        distances = [[_distance(metrics, part) for part in vector.split()] for vector in vectors]
        if all(distance >= 0 for group in distances for distance in group):
            one, two, three, four = map(sum, distances)
            return one, two, three, four
    raise ValueError("CVSS: vector outside of every class")


def _distance(metrics: Mapping[str, str], part: str) -> int:
    name, _, highest = part.partition(":")
    levels = _LEVELS[name]
    return levels.index(metrics[name]) - levels.index(highest)


def _lower(classes: tuple[str, ...], index: int) -> int | None:
    """The score of the macro vector one level lower in the class at ``index``; None if there is none."""
    below = str(int(classes[index]) + 1)
    return _SCORE.get("".join((*classes[:index], below, *classes[index + 1 :])))


def _lower_36(classes: tuple[str, ...]) -> int | None:
    """The score of the macro vector one level lower in EQ3 and EQ6, which are combined: of two lower ones the higher
    score counts."""
    eq3, eq6 = classes[2], classes[5]
    ways = {"00": ("01", "10"), "01": ("11",), "10": ("11",), "11": ("21",), "21": ()}[eq3 + eq6]
    scores = [_SCORE["".join((*classes[:2], way[0], *classes[3:5], way[1]))] for way in ways]
    return max(scores, default=None)
