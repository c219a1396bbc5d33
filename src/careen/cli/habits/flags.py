"""Flags of Trivy, Grype and other scanners, and their meaning for Careen.

A flag that selects what Careen always does is dropped. **Source:** Trivy's and Grype's documentation and help texts.
"""

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from .commands import as_paths
from .meaning import SAME, Meaning

FORMATS = {"syft-json": "cyclonedx", "spdx-tag-value": "spdx", "text": "table", "junit-xml": "junit"}
TEMPLATES = {"html": "html", "junit": "junit", "gitlab": "gitlab", "asff": "json"}
COMPLIANCE = {
    "docker-cis": "cis-docker-1.6", "k8s-cis": "cis-kubernetes-5", "k8s-nsa": "nsa", "k8s-pss-baseline": "pss-baseline",
    "k8s-pss-restricted": "pss-restricted",
}  # fmt: skip
_DURATION = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")
_SEVERITIES = ("critical", "high", "medium", "low", "negligible", "unknown")


class Flag(Struct, frozen=True):
    """How a flag of another scanner is translated. ``of`` is called with its value and all words of the line;
    ``takes``: a value follows the flag."""

    of: Callable[[str, Sequence[str]], Meaning | None]
    takes: bool = True


def flag_meaning(name: str, value: str | None, line: Sequence[str]) -> Meaning | None:
    """The meaning of another scanner's flag; None if no scanner has this flag, or this value of it needs no
    translation."""
    found = FLAGS.get(name)
    return found.of(value or "", line) if found else None


def takes_value(name: str) -> bool:
    return name in FLAGS and FLAGS[name].takes


def _is(name: str, why: str = "") -> Flag:
    return Flag(lambda value, line: Meaning((name, value), why))


def _switch(*words: str, why: str = "") -> Flag:
    return Flag(lambda value, line: Meaning(words, why), takes=False)


def _always(takes: bool = False) -> Flag:
    return Flag(lambda value, line: SAME, takes)


def _never(why: str, takes: bool = True) -> Flag:
    return Flag(lambda value, line: Meaning(why=why), takes)


def _exit_code(value: str, line: Sequence[str]) -> Meaning:
    if value == "0":
        return SAME
    code = "" if value == "1" else f"; its exit code is 1, not {value}"
    return Meaning(("--fail-on", _least_severity(line)), f"--fail-on names what fails{code}")


def _least_severity(line: Sequence[str]) -> str:
    """The lowest of the severities that the line selects: findings of this severity and worse ones fail."""
    pairs = zip(line, (*line[1:], ""), strict=True)
    values = [after if word in ("--severity", "-s") else word.partition("=")[2] for word, after in pairs
              if word.partition("=")[0] in ("--severity", "-s")]  # fmt: skip
    named = {part.strip().lower() for value in values for part in value.split(",")}
    return next((severity for severity in reversed(_SEVERITIES) if severity in named), "unknown")


def _input(value: str, line: Sequence[str]) -> Meaning:
    return Meaning(as_paths((value,)))


def _packages(value: str, line: Sequence[str]) -> Meaning:
    kinds = {part.strip() for part in value.split(",")}
    return SAME if kinds >= {"os", "library"} else Meaning(why="Careen assesses the packages of all kinds")


def _scope(value: str, line: Sequence[str]) -> Meaning:
    if value.lower() == "squashed":
        return SAME
    return Meaning(why="Careen lists what the final image has, with the layer that added it")


def _format(value: str, line: Sequence[str]) -> Meaning | None:
    name, equals, file = value.partition("=")
    if name in _SEVERITIES:  # Grype's -f
        return Meaning(("--fail-on", name), "-f is the format here")
    if name == "template":
        return _template(_value_of(("--template", "-t"), line)) if not equals else None
    if name not in FORMATS:
        return None
    return Meaning(("--format", f"{FORMATS[name]}{equals}{file}"), f"the name of the format is {FORMATS[name]} here")


def _template(value: str) -> Meaning:
    """The meaning of a template: Go's are not read, but most of those that Trivy ships are formats here."""
    format = next((ours for word, ours in TEMPLATES.items() if word in value.lower()), "")
    why = "Careen's templates are Jinja, not Go: docs/templates.md"
    return Meaning(("--format", format or "template=report.jinja"), f"{format} is a format here" if format else why)


def _output(value: str, line: Sequence[str]) -> Meaning | None:
    """The meaning of ``-o``, which is the format in Grype and Syft."""
    name, equals, file = value.partition("=")
    if name not in OUTPUTS:
        return None
    if name == "template":
        return _template(_value_of(("--template", "-t"), line))
    return Meaning(("--format", f"{FORMATS.get(name, name)}{equals}{file}"), "--output (-o) takes a file here")


def _value_of(names: Sequence[str], line: Sequence[str]) -> str:
    for word, after in zip(line, (*line[1:], ""), strict=True):
        if word in names:
            return after
        if word.partition("=")[0] in names:
            return word.partition("=")[2]
    return ""


def _timeout(value: str, line: Sequence[str]) -> Meaning | None:
    """The meaning of ``--timeout``: Trivy's limits the whole scan, Careen's a wait for the network."""
    found = _DURATION.fullmatch(value)
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    why = "--max-seconds limits the reading of an image, --timeout a wait for the network"
    return Meaning(("--max-seconds", str(hours * 3600 + minutes * 60 + seconds)), why)


def _compliance(value: str, line: Sequence[str]) -> Meaning | None:
    name = next((ours for theirs, ours in COMPLIANCE.items() if value.startswith(theirs)), "")
    return Meaning(("--compliance", name), f"its name is {name} here") if name else None


def _sorted(value: str, line: Sequence[str]) -> Meaning:
    return SAME if value == "risk" else Meaning(why="Careen sorts by risk")


def _configuration(value: str, line: Sequence[str]) -> Meaning | None:
    if value.endswith((".yaml", ".yml")):
        return Meaning((value,), "settings are TOML here; this line shows what to write", "migrate", alone=True)
    return None


def _statuses(value: str, line: Sequence[str]) -> Meaning:
    theirs = {part.strip() for part in value.split(",")}
    if theirs >= {"not-fixed", "wont-fix", "unknown"} or theirs >= {"affected", "will_not_fix", "fix_deferred", "end_of_life"}:
        return Meaning(("--ignore-unfixed",))
    return Meaning(("--ignore-file", ".careen.yaml"), "a rule with fix: selects states of the fix: docs/ignoring.md")


_NOT_HERE = "secrets do not belong on a command line: set {}"
_TOKEN = _NOT_HERE.format("CAREEN_SERVER_TOKEN")
_PASSWORD = _NOT_HERE.format("CAREEN_REGISTRY_PASSWORD")
_DATABASE = "its database has another form; careen db update fetches Careen's own"
_UPDATE = Flag(lambda value, line: Meaning(("update",), "this command has another name here", "db", alone=True), takes=False)
_CLEAR = Flag(lambda value, line: Meaning(("clear",), "this command has another name here", "cache", alone=True), takes=False)
_DEPENDENCIES = "a dependency is listed if the image or the lock file has it"

FLAGS: dict[str, Flag] = {
    # Flags of Careen that have other values in another scanner
    "--format": Flag(_format),
    "-f": Flag(_format),
    "--output": Flag(_output),
    "-o": Flag(_output),
    "--timeout": Flag(_timeout),
    "--compliance": Flag(_compliance),
    "--config": Flag(_configuration),
    "-s": Flag(lambda value, line: _scope(value, line) if value.lower() in ("squashed", "all-layers") else None),
    # Trivy
    "--exit-code": Flag(_exit_code),
    "--exit-on-eol": _switch("--strict", why="--strict fails if anything was not assessed"),
    "--input": Flag(_input),
    "-i": Flag(_input),
    "--ignorefile": _is("--ignore-file"),
    "--ignore-policy": _never("Careen's policies in Rego decide about the whole report: docs/gates.md"),
    "--ignore-status": Flag(_statuses),
    "--security-checks": _is("--scanners"),
    "--vuln-type": Flag(_packages),
    "--pkg-types": Flag(_packages),
    "--pkg-relationships": _never(_DEPENDENCIES),
    "--include-dev-deps": _never(_DEPENDENCIES, takes=False),
    "--list-all-pkgs": _always(),
    "--dependency-tree": _switch("--format", "tree", why="the tree is a format here"),
    "--image-config-scanners": _always(takes=True),
    "--misconfig-scanners": _never("all files that Careen recognises are checked"),
    "--skip-db-update": _switch("--refresh", "never"),
    "--skip-update": _switch("--refresh", "never"),
    "--skip-java-db-update": _always(),
    "--skip-check-update": _always(),
    "--skip-policy-update": _always(),
    "--skip-vex-repo-update": _always(),
    "--skip-version-check": _always(),
    "--disable-telemetry": _always(),
    "--offline-scan": _switch("--offline"),
    "--download-db-only": _UPDATE,
    "--download-java-db-only": _UPDATE,
    "--reset": _CLEAR,
    "--clear-cache": _CLEAR,
    "--db-repository": _never(_DATABASE),
    "--java-db-repository": _never(_DATABASE),
    "--checks-bundle-repository": _never("the checks are a part of Careen"),
    "--cache-backend": _never("the cache is a folder: --cache-dir"),
    "--cache-ttl": _never("the cache is a folder: --cache-dir"),
    "--image-src": _never("a prefix forces the source: docker:NAME, podman:NAME, registry:NAME"),
    "--username": _is("--registry-username"),
    "--password": _never(_PASSWORD),
    "--registry-token": _never(_PASSWORD),
    "--token": _never(_TOKEN),
    "--config-check": _is("--checks"),
    "--config-policy": _is("--checks"),
    "--secret-config": _never("rules for secrets are ignored by --ignore-file: docs/ignoring.md"),
    "--parallel": _is("--jobs"),
    "--slow": _switch("--jobs", "1"),
    "--report": _never("Careen prints one report; --all lists every item of it"),
    "--show-suppressed": _switch("--all", why="suppressed findings are in the format json, and --all lists them"),
    "--vuln-severity-source": _is("--severity-from"),
    "--detection-priority": _never("each finding has its confidence: confirmed, likely or possible"),
    "--template": _never("a format takes its place"),
    "-t": _never("a format takes its place"),
    "--file-patterns": _never("files are recognised by name and content"),
    "--helm-values": _never("careen check --allow-helm renders charts with their own values"),
    "--no-prefix": _always(),
    "--include-non-failures": _never("checks that pass are not listed", takes=False),
    # Grype and Syft
    "--file": _is("--output"),
    "--only-fixed": _switch("--ignore-unfixed"),
    "--only-notfixed": _switch("--ignore-file", ".careen.yaml", why="a rule with fix: fixed does this: docs/ignoring.md"),
    "--ignore-states": Flag(_statuses),
    "--add-cpes-if-none": _always(),
    "--by-cve": _always(),
    "--scope": Flag(_scope),
    "--distro": _never("the distribution is read from the image"),
    "--name": _never("the report names what was scanned"),
    "--sort-by": Flag(_sorted),
    "--id": Flag(lambda value, line: Meaning((value, "IMAGE"), "it explains a finding of an image", "explain", alone=True)),
    "-v": _switch("--log-level", "info"),
    "-vv": _switch("--log-level", "debug"),
    "--verbose-log": _switch("--log-level", "info"),
    "-d": _switch("--debug"),
    "-c": Flag(lambda value, line: _configuration(value, line) or Meaning(("--config", value))),
    # Docker Scout and Snyk
    "--only-severity": _is("--severity"),
    "--exit-on-vuln": _switch("--fail-on", "unknown", why="--fail-on names what fails"),
    "-e": _switch("--fail-on", "unknown", why="--fail-on names what fails"),
    "--only-package": _never("careen query searches packages; careen explain ID PACKAGE IMAGE explains one"),
    "--severity-threshold": Flag(
        lambda value, line: Meaning(("--fail-on", value), "--fail-on fails, --severity selects what is listed")
    ),
    "--json": _switch("--format", "json"),
    "--sarif": _switch("--format", "sarif"),
    "--json-file-output": Flag(lambda value, line: Meaning(("--format", f"json={value}"), "--format writes files, too")),
    "--sarif-file-output": Flag(lambda value, line: Meaning(("--format", f"sarif={value}"), "--format writes files, too")),
    "--policy-path": _is("--ignore-file"),
    "--exclude-base-image-vulns": _switch("--exclude-base", why="--exclude-base is about --fail-on; they stay listed"),
}  # fmt: skip

# Formats that a user of Grype or Syft gives to -o.
OUTPUTS = frozenset(
    (*FORMATS, "json", "table", "cyclonedx", "cyclonedx-json", "cyclonedx-xml", "sarif", "spdx", "spdx-json", "template", "csv",
     "markdown", "junit", "html", "gitlab")
)  # fmt: skip
