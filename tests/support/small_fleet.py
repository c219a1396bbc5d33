"""A small fleet, in the tables and as Python objects that a naive filter goes through."""

from sqlalchemy import insert

from careen.fleet import conditions, search
from careen.fleet.conditions import Versions
from careen.fleet.connection import writing
from careen.fleet.query import SEVERITIES
from careen.fleet.tables import (
    context,
    image,
    image_gap,
    image_secret,
    image_unit,
    project_image,
    unit,
    unit_finding,
    unit_package,
)
from tests.support.matching import ECOSYSTEMS, SCHEMES

VERSIONS = Versions(SCHEMES, ECOSYSTEMS)
NAMES = ("bash", "django", "libssl3", "libzstd1", "zlib1g")
HOLDS = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
COUNTS = ("critical", "high", "medium", "exploited", "fixable")


class SmallFleet:
    """A small fleet, in tables and as Python objects: images with their units, units with their packages and findings."""

    def __init__(self, fleet, chance):
        self.images = {number: self._image(chance, number) for number in range(1, 10)}
        self.units = {number: self._unit(chance, number) for number in range(1, 10)}
        self.findings = [self._finding(chance, number) for number in self.units for _ in range(chance.randrange(4))]
        self.findings = list({(row["unit_id"], row["vulnerability"], row["package"]): row for row in self.findings}.values())
        self.places = {(i, u) for i in self.images for u in self.units if chance.random() < 0.35}
        for number, one in self.images.items():
            own = [row for row in self.findings if (number, row["unit_id"]) in self.places]
            one |= {name: sum(row["severity"] == name for row in own) for name in COUNTS[:3]}
            one |= {"exploited": sum(row["exploited"] for row in own), "risk": max((row["risk"] for row in own), default=0)}
            one["fixable"] = sum(row["fix_state"] == "fixed" for row in own)
        self._store(fleet)

    def _image(self, chance, number):
        pick = chance.choice
        return {
            "id": number,
            "identity": f"sha256:{number}",
            "digest": f"sha256:{number}",
            "enrolled_at": 0.0,
            "state": "ready",
            "reference": f"team{number % 3}/app",
            "distribution": pick(("debian 12", "alpine 3.20", "")),
            "kind": "image",
            "base": pick(("", "debian:12")),
            "coverage": pick(("assessed", "not_assessed")),
            "runs": chance.random() < 0.3,
            "seen": chance.random() < 0.8,
            "secrets": pick(((), ("aws-key",), ("vault",))),
            "gaps": pick(((), ("no_index",))),
        }

    def _unit(self, chance, number):
        packages = [
            {"unit_id": number, "position": position, "name": chance.choice(NAMES), "type": chance.choice(("deb", "pypi"))}
            | {"version": chance.choice(("3.0.9", "3.0.10", "4.2", "4.10"))}
            for position in range(chance.choice((1, 1, 1, 2)))
        ]
        pick = chance.choice
        return {"packages": packages, "licences": pick(("", "mit")), "reasons": pick(("", "no_index", "no_scheme no_index"))}

    def _finding(self, chance, unit_id):
        severity = chance.choice((*SEVERITIES, "unknown"))
        return {
            "unit_id": unit_id,
            "vulnerability": chance.choice(("CVE-2026-1", "CVE-2026-2", "GHSA-x")),
            "package": chance.choice(("pkg:deb/bash@1", "pkg:deb/zlib1g@2")),
            "severity": severity,
            "risk": chance.choice((10_000, 30_000, 70_000)),
            "confidence": "confirmed",
            "data": b"",
            "fix_at": None,
            "fix_state": chance.choice(("fixed", "open")),
            "exploited": chance.random() < 0.3,
            "fixed_version": "",
            "epss": chance.choice((0, 600_000)),
            "first_at": float(chance.randrange(9)),
            "disclosed": "2025-03-04",
        }

    def _store(self, fleet):
        extra = ("runs", "seen", "secrets", "gaps")
        with writing(fleet.engine) as connection:
            connection.execute(insert(context), {"id": 1, "key": bytes(32), "data": b""})
            for number, one in self.images.items():
                connection.execute(insert(image), {name: value for name, value in one.items() if name not in extra})
                seen = {"project_id": 1 if one["seen"] else 2, "image_id": number, "seen_at": 0.0}
                connection.execute(insert(project_image), {**seen, "runs_at": 1.0 if one["runs"] else None})
                for kind in one["secrets"]:
                    connection.execute(insert(image_secret), {"image_id": number, "kind": kind})
                for code in one["gaps"]:
                    connection.execute(insert(image_gap), {"image_id": number, "code": code})
            for number, one in self.units.items():
                first = one["packages"][0]
                texts = {name: one[name] for name in ("licences", "reasons")} | {"type": first["type"], "name": first["name"]}
                connection.execute(insert(unit), {"id": number, "key": bytes([number]), "context_id": 1, "data": b"", **texts})
                connection.execute(insert(unit_package), one["packages"])
            connection.execute(insert(unit_finding), self.findings)
            connection.execute(insert(image_unit), [{"image_id": i, "unit_id": u} for i, u in sorted(self.places)])

    def images_meeting(self, terms):
        return [
            number
            for number, one in self.images.items()
            if one["seen"] and all(self._image_meets(term, number) for term in terms if self._is_of_image(term) or term.negated)
        ]

    def with_findings(self, terms):
        """Pairs of finding and image."""
        fitting = self.images_meeting(terms)
        own = [row for row in self.findings if self._unit_meets(terms, row["unit_id"]) and self._finding_meets(terms, row)]
        return [(row, number) for row in own for number in fitting if (number, row["unit_id"]) in self.places]

    def expected(self, kind, terms):
        if kind == "findings":
            return sorted((n, r["unit_id"], r["vulnerability"], r["package"]) for r, n in self.with_findings(terms))
        if kind == "to_decide":
            pairs = {}
            for row, number in self.with_findings(terms):
                pairs.setdefault((row["vulnerability"], row["package"]), []).append((row, number))
            return sorted(
                (*pair, len({n for _, n in rows}), min(r["first_at"] for r, _ in rows), max(r["risk"] for r, _ in rows))
                for pair, rows in pairs.items()
            )
        fitting = self.images_meeting(terms)
        about = [term for term in terms if not self._is_of_image(term) and not term.negated]
        if kind == "images":
            return [n for n in fitting if not about or any((n, u) in self.places and self._meets(terms, u) for u in self.units)]
        found = set()
        for number, one in self.units.items():
            for package in one["packages"]:
                own = [t for t in about if t.field in ("package", "type")]
                is_named = all(self._names(t, package, bound=False) for t in own)
                others = [t for t in terms if t not in own or t.bound]
                if is_named and self._meets(others, number) and any((n, number) in self.places for n in fitting):
                    found.add((package["name"], package["type"], package["version"]))
        return sorted(found)

    def _meets(self, terms, unit_id):
        about = [term for term in terms if self._is_of_finding(term) and not term.negated]
        findings = [row for row in self.findings if row["unit_id"] == unit_id]
        has = any(self._finding_meets(terms, row) for row in findings)
        return self._unit_meets(terms, unit_id) and (has or not about)

    def _is_of_image(self, term):
        is_gap = term.field == "reason" and any(term.value in one["gaps"] for one in self.images.values())
        return term.field in conditions.OF_IMAGE or is_gap

    def _is_of_finding(self, term):
        return term.field in conditions.OF_FINDING | conditions.OF_PROJECT

    def _image_meets(self, term, number):
        one, units = self.images[number], [u for u in self.units if (number, u) in self.places]
        positive = search.Term(term.field, term.value, term.operator, term.bound)
        if self._is_of_image(term):
            holds = self._row_meets(term, one, units)
        elif self._is_of_finding(term):
            holds = any(self._finding_meets([positive], row) for row in self.findings if row["unit_id"] in units)
        else:
            holds = any(self._unit_meets([positive], unit_id) for unit_id in units)
        return holds != term.negated

    def _row_meets(self, term, one, units):
        match term.field:
            case "runs":
                return one["runs"] == (term.value == "true")
            case "secret":
                return any(_like(kind, term.value) for kind in one["secrets"])
            case "reason":
                return term.value in one["gaps"] or any(term.value in self.units[u]["reasons"].split() for u in units)
            case "reference" | "base":
                return term.value in one[term.field]
            case "image":
                return _like(one["identity"], term.value)
        return _like(one[term.field], term.value)

    def _unit_meets(self, terms, unit_id):
        one = self.units[unit_id]
        for term in terms:
            if term.negated or self._is_of_image(term) or self._is_of_finding(term):
                continue
            if term.field in ("licence", "reason"):
                if term.value not in one["licences" if term.field == "licence" else "reasons"].split():
                    return False
            elif not any(self._names(term, package) for package in one["packages"]):
                return False
        return True

    def _names(self, term, package, bound=True):
        if term.field == "type":
            return package["type"] == term.value
        fits = not (bound and term.bound) or VERSIONS.fits(package["type"], package["version"], term.operator, term.bound)
        return _like(package["name"], term.value) and fits

    def _finding_meets(self, terms, row):
        return all(_holds(term, row) for term in terms if self._is_of_finding(term) and not term.negated)


def _like(text, value):
    inner = value.strip("*")
    if value.startswith("*"):
        return inner in text
    return text.startswith(inner) if value.endswith("*") else text == value


def _holds(term, row):
    match term.field:
        case "severity":
            if term.operator == "=":
                return row["severity"] == term.value
            places = [SEVERITIES.index(name) for name in (row["severity"], term.value) if name in SEVERITIES]
            return len(places) == 2 and HOLDS[term.operator](*places)
        case "fix":
            return row["fix_state"] == term.value
        case "fixable" | "exploited":
            return (row["exploited"] if term.field == "exploited" else row["fix_state"] == "fixed") == (term.value == "true")
        case "risk" | "epss":
            return HOLDS[term.operator](row[term.field], float(term.bound) * (1000 if term.field == "risk" else 1_000_000))
        case "disclosed":
            begins = row["disclosed"].startswith(term.bound)
            return begins if term.operator == "=" else HOLDS[term.operator](row["disclosed"], term.bound)
        case "decided":
            return term.value == "false"
    return _like(row["vulnerability"], term.value)
