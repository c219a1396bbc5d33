"""``.hadolint.yaml`` as settings: each check of Careen lists the rules of Hadolint that it covers.

**Source:** Hadolint's README, "Configure".
"""

from collections.abc import Iterator

from careen.formats.data.yaml_document import Mapping, as_text

from .carried import Carried

SEVERITIES = {"error": "high", "warning": "medium", "info": "low", "style": "negligible"}
_NOTHING = frozenset(("no-color", "no-fail", "format", "disable-ignore-pragma"))


def settings_of(document: Mapping, name: str) -> Carried:
    checks = _checks()
    settings: dict[str, object] = {}
    left: list[str] = []
    off: list[str] = []
    severities: list[str] = []
    for rule, line in _rules(document, "ignored"):
        off += checks.get(rule, ())
        left += [] if rule in checks else [f"{name}:{line}: Careen has no check like {rule}"]
    for level in document.map("override"):
        for rule, line in _rules(document.map("override"), level):
            ours = checks.get(rule, ()) if level in SEVERITIES else ()
            severities += [f"{check}={SEVERITIES[level]}" for check in ours]
            left += [] if ours else [f"{name}:{line}: override.{level}: Careen has no check like {rule}"]
    for key, values in (("checks_off", off), ("check_severity", severities)):
        if values:
            settings[key] = list(dict.fromkeys(values))
    if registries := document.texts("trustedRegistries"):
        settings["allowed_registries"] = registries
    threshold = document.text("failure-threshold")
    if threshold in SEVERITIES:
        settings["fail_on"] = [f"config:{SEVERITIES[threshold]}"]
    known = {"ignored", "override", "trustedRegistries", *_NOTHING, *(["failure-threshold"] if threshold in SEVERITIES else [])}
    left += [f"{name}:{document.line_of(key)}: {key}: Careen has no such setting" for key in document if key not in known]
    return Carried((), settings, tuple(left))


def _rules(document: Mapping, key: str) -> Iterator[tuple[str, int]]:
    for index, rule in enumerate(document.seq(key)):
        yield as_text(rule), document.line_of(key, index)


def _checks() -> dict[str, list[str]]:
    """The ids of Careen's checks by rule of Hadolint."""
    from careen.plugins import Check, load

    found: dict[str, list[str]] = {}
    for check in load("careen.checks.dockerfile", "CHECK", Check):
        for reference in check.references:
            if reference.startswith("Hadolint "):
                found.setdefault(reference.removeprefix("Hadolint "), []).append(check.id)
    return found
