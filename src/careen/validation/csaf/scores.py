"""Tests of scores and ratings: 6.1.7, 6.1.9, 6.1.10, 6.1.46 to 6.1.48, 6.1.56.

**Source:** CSAF 2.0 and 2.1, section 6.1; FIRST, CVSS JSON schemas; CERT/CC, SSVC decision points.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from careen.formats.data.plain import mapping, sequence, text
from careen.formats.feeds import cvss
from careen.validation.problem import Path, quoted
from careen.validation.schema import schemas

from .content import Content, Found, Rule

_RATINGS = {"critical": "CRITICAL", "high": "HIGH", "medium": "MEDIUM", "low": "LOW", "negligible": "NONE"}
_IMPACT = (("confidentiality", "C"), ("integrity", "I"), ("availability", "A"))
_REQUIREMENT = {f"{name}Requirement": f"{letter}R" for name, letter in _IMPACT}
_V2 = {
    "accessVector": "AV",
    "accessComplexity": "AC",
    "authentication": "Au",
    **{f"{name}Impact": letter for name, letter in _IMPACT},
    "exploitability": "E",
    "remediationLevel": "RL",
    "reportConfidence": "RC",
    "collateralDamagePotential": "CDP",
    "targetDistribution": "TD",
    **_REQUIREMENT,
}
_V3_BASE = {
    "attackVector": "AV",
    "attackComplexity": "AC",
    "privilegesRequired": "PR",
    "userInteraction": "UI",
    "scope": "S",
    **{f"{name}Impact": letter for name, letter in _IMPACT},
}
_V3 = {
    **_V3_BASE,
    "exploitCodeMaturity": "E",
    "remediationLevel": "RL",
    "reportConfidence": "RC",
    **_REQUIREMENT,
}
_V4_BASE = {
    "attackVector": "AV",
    "attackComplexity": "AC",
    "attackRequirements": "AT",
    "privilegesRequired": "PR",
    "userInteraction": "UI",
    **{f"vuln{name.capitalize()}Impact": f"V{letter}" for name, letter in _IMPACT},
    **{f"sub{name.capitalize()}Impact": f"S{letter}" for name, letter in _IMPACT},
}
_V4_MORE = {
    "Safety": "S",
    "Automatable": "AU",
    "Recovery": "R",
    "valueDensity": "V",
    "vulnerabilityResponseEffort": "RE",
    "providerUrgency": "U",
}


def _modified(base: dict[str, str]) -> dict[str, str]:
    return {f"modified{name[0].upper()}{name[1:]}": f"M{letters}" for name, letters in base.items()}


# in the order of a vector
_METRICS = {
    "cvss_v2": _V2,
    "cvss_v3": _V3 | _modified(_V3_BASE),
    "cvss_v4": _V4_BASE | {"exploitMaturity": "E"} | _REQUIREMENT | _modified(_V4_BASE) | _V4_MORE,
}
_TEMPORAL = ("E", "RL", "RC")
_BASE = {"cvss_v2": 6, "cvss_v3": 8, "cvss_v4": 11}  # metrics
# words whose letters in a vector are not the first ones
_LETTERS_2 = {"NOT_DEFINED": "ND", "UNCONFIRMED": "UC", "UNCORROBORATED": "UR", "PROOF_OF_CONCEPT": "POC", "OFFICIAL_FIX": "OF",
              "TEMPORARY_FIX": "TF", "LOW_MEDIUM": "LM", "MEDIUM_HIGH": "MH"}  # fmt: skip


class Score(Struct, frozen=True):
    path: Path
    kind: str  # cvss_v2, cvss_v3, cvss_v4
    value: dict[str, Any]
    products: tuple[str, ...]
    source: str
    vulnerability: int


def repeated_score(content: Content) -> Found:
    """Finds products with several scores of one CVSS version from one source."""
    seen: Counter[tuple[object, ...]] = Counter()
    for score in _scores(content):
        for product in score.products:
            key = (score.vulnerability, score.source, score.kind, score.value.get("version"), product)
            seen[key] += 1
            if seen[key] == 2:
                yield score.path, f"{quoted(product)} has another score of this version"


def wrong_score(content: Content) -> Found:
    """Finds scores and ratings that differ from those of their vector. Version 4.0 has one score, of all metrics;
    that of the base metrics alone is accepted too."""
    for score in _scores(content):
        metrics = _METRICS[score.kind].values()
        base = list(metrics)[: _BASE[score.kind]]
        if score.kind == "cvss_v4":
            yield from min((list(_wrong(score, "base", names)) for names in (metrics, base)), key=len)
            continue
        yield from _wrong(score, "base", base)
        yield from _wrong(score, "temporal", (*base, *_TEMPORAL))
        yield from _wrong(score, "environmental", metrics)


def _wrong(score: Score, stage: str, metrics: Iterable[str]) -> Found:
    stated, severity = score.value.get(f"{stage}Score"), score.value.get(f"{stage}Severity")
    if not isinstance(stated, int | float):
        return
    try:
        version, number = cvss.score(_vector(score, metrics))
    except ValueError as error:
        yield (*score.path, "vectorString"), str(error)
        return
    if abs(number - stated) > 0.001:
        yield (*score.path, f"{stage}Score"), f"{stated} is not the score of the vector, {number}"
    expected = _RATINGS[cvss.rating(number)]
    if severity is not None and version != "2.0" and text(severity).upper() != expected:
        yield (*score.path, f"{stage}Severity"), f"{quoted(severity)} is not the rating of the vector, {expected}"


def _vector(score: Score, metrics: Iterable[str]) -> str:
    """A vector with these metrics; those that the written vector lacks are taken from the fields beside it."""
    written = text(score.value.get("vectorString"))
    known = _stated(written)
    for field, name in _METRICS[score.kind].items():
        if field in score.value:
            known.setdefault(name, _letters(score.kind, text(score.value[field]).upper()))
    chosen = [name for name in _METRICS[score.kind].values() if name in known and name in set(metrics)]
    unknown = [name for name in _stated(written) if name not in _METRICS[score.kind].values()]
    head = [written.partition("/")[0]] if written.startswith("CVSS:") else []
    return "/".join([*head, *(f"{name}:{known[name]}" for name in (*chosen, *unknown))])


def _stated(vector: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in vector.split("/") if not part.startswith("CVSS:"))
    return {name: value for name, _, value in pairs}


def inconsistent_vector(content: Content) -> Found:
    for score in _scores(content):
        metrics = _stated(text(score.value.get("vectorString")))
        for field, name in _METRICS[score.kind].items():
            word = score.value.get(field)
            if isinstance(word, str) and name in metrics and not _agrees(score.kind, word.upper(), metrics[name]):
                yield (*score.path, field), f"{quoted(word)} is not what the vector has, {quoted(metrics[name])}"


def _agrees(kind: str, word: str, value: str) -> bool:
    return value == _letters(kind, word) or (kind == "cvss_v4" and value.upper() == word)


def _letters(kind: str, word: str) -> str:
    """The letters with which a vector writes a word."""
    if kind == "cvss_v2":
        return _LETTERS_2.get(word, word[:1])
    return "X" if word == "NOT_DEFINED" else word[:1]


def rated_and_scored(content: Content) -> Found:
    """Finds products that have both CVSS scores and a qualitative rating from one source."""
    scored = {(score.vulnerability, score.source, product) for score in _scores(content) for product in score.products}
    for path, metric, number in content.each("metrics"):
        if "qualitative_severity_rating" in mapping(metric.get("content")):
            source = text(metric.get("source"))
            if any((number, source, product) in scored for product in map(text, sequence(metric.get("products")))):
                yield (*path, "content", "qualitative_severity_rating"), "a product has a CVSS score from the same source too"


def other_target(content: Content) -> Found:
    """Finds SSVC evaluations that name another vulnerability than the one they belong to."""
    own = content.tracking.get("id")
    for path, metric, number in content.each("metrics"):
        vulnerability = content.vulnerabilities[number]
        known = {text(vulnerability.get("cve"))}
        known |= {text(mapping(entry).get("text")) for entry in sequence(vulnerability.get("ids"))}
        ssvc = mapping(mapping(metric.get("content")).get("ssvc_v2"))
        for index, target in enumerate(sequence(ssvc.get("target_ids"))):
            if target not in known or (target == own and len(content.vulnerabilities) > 1):
                yield (*path, "content", "ssvc_v2", "target_ids", index), f"{quoted(target)} does not name this vulnerability"


def unknown_decision(content: Content) -> Found:
    known = schemas("csaf-lists")["ssvc"]
    for path, metric, _ in content.each("metrics"):
        ssvc = mapping(mapping(metric.get("content")).get("ssvc_v2"))
        for number, selection in enumerate(map(mapping, sequence(ssvc.get("selections")))):
            namespace = text(selection.get("namespace")).partition("/")[0]
            place = (*path, "content", "ssvc_v2", "selections", number)
            if points := known.get(namespace):
                yield from _selection(place, selection, points)


def _selection(path: Path, selection: dict[str, Any], points: dict[str, Any]) -> Found:
    point = points.get(text(selection.get("key")), {}).get(text(selection.get("version")))
    if point is None:
        yield path, f"no decision point {quoted(selection.get('key'))} of version {quoted(selection.get('version'))}"
        return
    name, values = point
    if selection.get("name", name) != name:
        yield (*path, "name"), f"{quoted(selection['name'])} is not the decision point's name, {quoted(name)}"
    order = list(values)
    chosen = [mapping(value) for value in sequence(selection.get("values"))]
    for number, value in enumerate(chosen):
        if value.get("key") not in values:
            yield (*path, "values", number), f"{quoted(value.get('key'))} is not a value of this decision point"
        elif value.get("name", values[value["key"]]) != values[value["key"]]:
            yield (*path, "values", number, "name"), f"the value is named {quoted(values[value['key']])}"
    places = [order.index(value["key"]) for value in chosen if value.get("key") in values]
    if places != sorted(places):
        yield (*path, "values"), "the values are not in the order of the decision point"


def _scores(content: Content) -> Iterator[Score]:
    for path, entry, number in content.each("scores"):
        yield from _of(path, entry, entry, number)
    for path, entry, number in content.each("metrics"):
        yield from _of((*path, "content"), mapping(entry.get("content")), entry, number)


def _of(path: Path, holder: dict[str, Any], entry: dict[str, Any], number: int) -> Iterator[Score]:
    products = tuple(map(text, sequence(entry.get("products"))))
    for kind in _METRICS:
        if kind in holder:
            yield Score((*path, kind), kind, mapping(holder[kind]), products, text(entry.get("source")), number)


RULES = (
    Rule("6.1.7", repeated_score),
    Rule("6.1.9", wrong_score),
    Rule("6.1.10", inconsistent_vector),
    Rule("6.1.47", other_target, "2.1"),
    Rule("6.1.48", unknown_decision, "2.1"),
    Rule("6.1.56", rated_and_scored, "2.1"),
)
