"""Red Hat's Security Data API: its entry of one CVE, as a document of ``formats.feeds.csaf``; the VEX feed is its successor.

Shape: ``{name, threat_severity, public_date, cwe, bugzilla: {description}, cvss3: {cvss3_scoring_vector}, affected_release:
[{cpe, advisory, package}], package_state: [{cpe, package_name, fix_state}]}``. A release names the source package with the
fix ("firefox-0:115.5.0-1.el9_3"). A state names a source package without a fix, after its module if it has one
("nodejs:18/nodejs"). Container images ("rhel9/nodejs-18") and whole modules are not packages and are skipped.
Raises: ValueError.  **Source:** Red Hat, "Security Data API", "CVE".
"""

import re

import msgspec
from msgspec import Struct

from careen.formats.feeds import cvss
from careen.formats.feeds.csaf import Component, Document, Remedy, Statement, Vulnerability, named_component

_NAME = re.compile(r"(?:(?P<module>[\w.+-]+:[\w.+-]+)/)?(?P<name>[\w.+-]{1,200})")
_CWE = re.compile(r"CWE-\d+")
_STATES = {"affected": "known_affected", "fix deferred": "known_affected", "will not fix": "known_affected",
           "out of support scope": "known_affected", "not affected": "known_not_affected"}  # fmt: skip


class _Release(Struct, gc=False):
    cpe: str = ""
    advisory: str = ""
    package: str = ""


class _State(Struct, gc=False):
    cpe: str = ""
    package_name: str = ""
    fix_state: str = ""


class _Bug(Struct, frozen=True, gc=False):
    description: str = ""


class _Cvss(Struct, frozen=True, gc=False):
    cvss3_scoring_vector: str | None = None


class _Entry(Struct, gc=False):
    name: str
    threat_severity: str | None = None
    public_date: str | None = None
    cwe: str | None = None
    bugzilla: _Bug = _Bug()
    cvss3: _Cvss = _Cvss()
    affected_release: list[_Release] = []
    package_state: list[_State] = []


def read(data: bytes | bytearray) -> Document:
    try:
        entry = _DECODER.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not a CVE record of the Security Data API: {error}") from None
    severity = entry.threat_severity or ""
    statements = [one for release in entry.affected_release if (one := _fixed(release, severity))]
    statements += [one for state in entry.package_state if (one := _unfixed(state, severity))]
    title = " ".join(entry.bugzilla.description.split())
    vulnerability = Vulnerability(
        entry.name,
        title,
        severity,
        cvss.scored(entry.cvss3.cvss3_scoring_vector or "", "redhat"),
        tuple(dict.fromkeys(_CWE.findall(entry.cwe or ""))),
        (entry.public_date or "")[:10],
        tuple(statements),
    )
    return Document(entry.name, title, "api", (vulnerability,))


def _fixed(release: _Release, severity: str) -> Statement | None:
    built = named_component(release.package)
    if built is None or not built.evr:
        return None
    remedy = Remedy("vendor_fix", "", f"https://access.redhat.com/errata/{release.advisory}")
    return Statement("fixed", release.cpe, built._replace(arch="src"), (remedy,), severity)


def _unfixed(state: _State, severity: str) -> Statement | None:
    found = _NAME.fullmatch(state.package_name)
    if not found:
        return None
    status = _STATES.get(state.fix_state.lower(), "under_investigation")
    remedy = Remedy("no_fix_planned" if state.fix_state.lower() == "will not fix" else "none_available", state.fix_state)
    return Statement(status, state.cpe, Component(found["name"], "", "src", found["module"] or ""), (remedy,), severity)


_DECODER = msgspec.json.Decoder(_Entry)
