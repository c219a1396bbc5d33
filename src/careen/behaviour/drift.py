"""The capabilities that the programs and scripts of a new version have, and those of the old version had not.

Files of both versions are paired by their package and their path without digits, so that ``libx.so.1.2`` is compared with
``libx.so.1.3``. A file without a partner is compared with its whole package. A capability weighs less if another file of the
package had it before, and more if the file had no capability that touches the network, processes or other code. A new
finding about a chain of capabilities outweighs every capability.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from careen.model.advisory import Severity
from careen.model.behaviour import Examined, Profile

from .families import capabilities

CHAIN_SCORE, KNOWN_SHARE, QUIET_FACTOR = 40.0, 0.3, 1.5
MEDIUM_FROM = 7.0
QUIET = ("data/", "code/decode", "code/evaluate", "exec/shell")  # capabilities that touch no network and no other process
_DIGITS = re.compile(r"[-.]?\d[\d.]*(?:[-+~]\w{1,40})?")


class Drift(Struct, frozen=True):
    """The capabilities that one file gained. ``chains`` are ids of findings that the old version did not have; ``is_new``:
    the old version has no file that is paired with this one."""

    path: str
    package: str  # purl, or ""
    before: str  # purl of the old version, or ""
    gained: tuple[str, ...]
    chains: tuple[str, ...]
    score: float
    is_new: bool = False

    @property
    def severity(self) -> Severity:
        return "high" if self.chains else "medium" if self.score >= MEDIUM_FROM else "low"


def drifts(old: Examined, new: Examined) -> list[Drift]:
    """The files of ``new`` that gained capabilities over ``old``, the highest score first: files of packages that both have,
    and files that belong to no package."""
    weights = {capability.name: capability.weight for capability in capabilities()}
    before, purls = _by_key(old), {_name(profile.package): profile.package for profile in old.profiles}
    by_package: dict[str, set[str]] = {}
    for profile in old.profiles:
        by_package.setdefault(_name(profile.package), set()).update(profile.capabilities)
    unchanged = {_state(profile) for profile in old.profiles}
    chains_before, chains = _chains(old), _chains(new, severe=True)
    found = []
    for profile in new.profiles:
        package = _name(profile.package)
        if _state(profile) in unchanged or (package and package not in by_package):
            continue
        partner = before.get((package, _file(profile.path)))
        had = partner if partner is not None else (by_package[package] if package else set())
        gained = sorted(set(profile.capabilities) - had)
        more = sorted(set(chains.get(profile.path, ())) - chains_before.get((package, _file(profile.path)), frozenset()))
        if gained or more:
            known = by_package.get(package, set()) if package else set[str]()
            score = sum(weights[name] * (KNOWN_SHARE if name in known else 1.0) for name in gained)
            score = score * (QUIET_FACTOR if _is_quiet(had) else 1.0) + CHAIN_SCORE * len(more)
            found.append(
                Drift(
                    profile.path,
                    profile.package,
                    purls.get(package, "") if package else "",
                    tuple(gained),
                    tuple(more),
                    round(score, 1),
                    partner is None,
                )
            )
    return sorted(found, key=lambda drift: (-drift.score, drift.path))


def _state(profile: Profile) -> tuple[str, str, tuple[str, ...]]:
    """A key that is equal for an unchanged file. Capabilities are part of it: equal content can do more with other
    permissions."""
    return profile.digest, _file(profile.path), profile.capabilities


def _by_key(examined: Examined) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for profile in examined.profiles:
        found.setdefault(_key(profile), set()).update(profile.capabilities)
    return found


def _chains(examined: Examined, *, severe: bool = False) -> dict[object, frozenset[str]]:
    """Ids of findings about chains: with ``severe``, those of high severity by path; else all, by package and path without
    digits."""
    found: dict[object, set[str]] = {}
    for finding in examined.findings:
        if finding.id.startswith("CAP-") and (not severe or finding.severity in ("high", "critical")):
            path = finding.location.path
            found.setdefault(path if severe else (_name(finding.package), _file(path)), set()).add(finding.id)
    return {key: frozenset(ids) for key, ids in found.items()}


def _key(profile: Profile) -> tuple[str, str]:
    return _name(profile.package), _file(profile.path)


def _name(purl: str) -> str:
    """The purl without its version; "" for "", which means no package."""
    return purl.partition("?")[0].rpartition("@")[0] if "@" in purl else purl


def _file(path: str) -> str:
    return _DIGITS.sub("", path)


def _is_quiet(had: Iterable[str]) -> bool:
    return all(name.startswith(QUIET) for name in had)
