"""The rules of a ``.grype.yaml``.

Shape: ``ignore`` lists ``{vulnerability, fix-state, reason, package: {name, version, type, language, location,
upstream-name}, …}``; all conditions of a rule must hold. A package's name is a pattern of letters with ``.*``, a location a
glob. Careen cannot evaluate ``namespace``, ``match-type``, ``upstream-name`` and the ``vex-…`` keys.
**Source:** Grype's documentation, "Specifying matches to ignore".
"""

import re

from careen.formats.data.yaml_document import Mapping
from careen.log import logger

from .ignores import Ignore
from .rule_keys import misshapen

log = logger(__name__)

_STATES = {
    "fixed": ("fixed",),
    "not-fixed": ("open", "deferred", "end_of_life"),
    "wont-fix": ("wont_fix",),
    "unknown": ("unknown",),
}
_TYPES = {
    "python": "pypi", "go-module": "golang", "java-archive": "maven", "jenkins-plugin": "maven", "rust-crate": "cargo",
    "php-composer": "composer", "dotnet": "nuget", "dart-pub": "pub", "javascript": "npm", "java": "maven", "go": "golang",
    "ruby": "gem", "rust": "cargo", "php": "composer", "alpm": "alpm", "pod": "cocoapods",
}  # fmt: skip
_KEYS = frozenset(("vulnerability", "reason", "fix-state", "package", "include-aliases"))
_PACKAGE = frozenset(("name", "version", "type", "language", "location"))
_NAME = re.compile(r"(?:[A-Za-z0-9@/:_+-]|\\?\.|\.\*)+")


def rules(document: Mapping, name: str) -> tuple[Ignore, ...]:
    found = []
    for rule in document.maps("ignore"):
        source = f"{name}:{rule.line}"
        package = rule.map("package")
        asked = {key for key in rule if key not in _KEYS} | {f"package.{key}" for key in package if key not in _PACKAGE}
        asked |= {key for key in misshapen(rule) if key in ("vulnerability", "fix-state")}
        asked |= {f"package.{key}" for key in misshapen(package, ("location",))}
        if rule.get("package") is not None and not isinstance(rule["package"], Mapping):
            asked.add("package")
        pattern = _glob(package.text("name"))
        if asked or pattern is None:
            what = ", ".join(sorted(asked)) or f"the pattern {package.text('name')[:60]!r}"
            log.warning("%s: the rule is skipped: Careen cannot evaluate %s", source, what)
            continue
        types = {_TYPES.get(word, word) for key in ("type", "language") if (word := package.text(key).lower())}
        fix = rule.text("fix-state")
        if not package and not rule.text("vulnerability") and not fix:
            log.warning("%s: the rule is skipped: it has no condition", source)
            continue
        found.append(
            Ignore(
                rule.text("vulnerability") or "*",
                source,
                package=pattern or None,
                reason=rule.text("reason"),
                version=package.text("version") or None,
                paths=tuple(package.texts("location")),
                types=frozenset(types),
                fix=frozenset(_STATES.get(fix, (fix,)) if fix else ()),
                kinds=frozenset(("vulnerability",)),
            )
        )
    return tuple(found)


def _glob(name: str) -> str | None:
    """A regular expression for names as a glob; None if a glob cannot express it."""
    plain = name.removeprefix("^").removesuffix("$")
    if plain and not _NAME.fullmatch(plain):
        return None
    return re.sub(r"\\\.|\.\*", lambda match: "*" if match[0] == ".*" else ".", plain)
