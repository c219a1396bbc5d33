"""The rules of an ``osv-scanner.toml``.

Shape: ``[[IgnoredVulns]]`` with ``id``, ``ignoreUntil`` and ``reason``; ``[[PackageOverrides]]`` with ``name``,
``version``, ``ecosystem``, ``group``, ``ignore`` or ``vulnerability.ignore``, ``effectiveUntil`` and ``reason``.
**Source:** OSV-Scanner's documentation, "Configure OSV-Scanner".
"""

import re
from collections.abc import Iterator
from typing import Any

from careen.distributions.registry import profiles
from careen.errors import UsageError
from careen.formats.data.plain import mapping, sequence, text
from careen.log import logger

from .days import last_day_before
from .ignores import Ignore

log = logger(__name__)

_NAMES = ("name", "version", "ecosystem")
_TYPES = {
    "pypi": "pypi", "npm": "npm", "go": "golang", "maven": "maven", "crates.io": "cargo", "rubygems": "gem",
    "packagist": "composer", "nuget": "nuget", "hex": "hex", "pub": "pub", "conancenter": "conan",
    "cran": "cran", "hackage": "hackage", "swifturl": "swift",
}  # fmt: skip


def rules(document: dict[str, Any], content: str, name: str) -> tuple[Ignore, ...]:
    lines = {kind: _lines(content, kind) for kind in ("IgnoredVulns", "PackageOverrides")}
    found = []
    for rule in map(mapping, sequence(document.get("IgnoredVulns"))):
        source = f"{name}:{next(lines['IgnoredVulns'], 1)}"
        if not text(rule.get("id")):
            raise UsageError(f"{source}: a rule without id", 'IgnoredVulns: id = "CVE-…"')
        found.append(
            Ignore(
                text(rule["id"]),
                source,
                until=last_day_before(rule.get("ignoreUntil"), source),
                reason=text(rule.get("reason")),
            )
        )
    for rule in map(mapping, sequence(document.get("PackageOverrides"))):
        source = f"{name}:{next(lines['PackageOverrides'], 1)}"
        if not (rule.get("ignore") is True or mapping(rule.get("vulnerability")).get("ignore") is True):
            continue
        if wrong := [key for key in _NAMES if not isinstance(rule.get(key, ""), str)]:
            raise UsageError(f"{source}: {wrong[0]} is not a text", "write a rule for each package")
        ecosystem = text(rule.get("ecosystem"))
        type = _type(ecosystem.partition(":")[0].lower())
        if rule.get("group") or (ecosystem and not type):
            asked = "groups of dependencies" if rule.get("group") else f"the ecosystem {ecosystem[:40]!r}"
            log.warning("%s: the rule is skipped: Careen cannot evaluate %s", source, asked)
            continue
        if not (rule.get("name") or rule.get("version") or type):
            raise UsageError(f"{source}: the rule names no package: it would ignore everything", "give it a name")
        found.append(
            Ignore(
                "*",
                source,
                package=_literal(text(rule.get("name"))) or None,
                until=last_day_before(rule.get("effectiveUntil"), source),
                reason=text(rule.get("reason")),
                version=text(rule.get("version")) or None,
                types=frozenset((type,)) if type else frozenset(),
                kinds=frozenset(("vulnerability",)),
            )
        )
    return tuple(found)


def _type(ecosystem: str) -> str:
    """The package type of an ecosystem; "" if it is unknown."""
    if ecosystem in _TYPES or not ecosystem:
        return _TYPES.get(ecosystem, "")
    same = (
        profile for profile in profiles().values() if profile.advisories.ecosystem.lower() == ecosystem and profile.packages
    )
    return next((profile.packages[0] for profile in same), "")


def _lines(content: str, kind: str) -> Iterator[int]:
    heading = re.compile(rf"^[ \t]*\[\[[ \t]*{kind}[ \t]*\]\]", re.MULTILINE)
    return (content.count("\n", 0, match.start()) + 1 for match in heading.finditer(content))


def _literal(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)
