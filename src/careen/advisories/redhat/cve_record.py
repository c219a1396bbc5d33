"""Red Hat's Security Data API: what it says of one CVE, in the words of ``formats.feeds.csaf``, whose VEX came after it.

Shape: ``{name, threat_severity, public_date, cwe, bugzilla: {description}, cvss3: {cvss3_scoring_vector}, affected_release:
[{cpe, advisory, package}], package_state: [{cpe, package_name, fix_state}]}``. A release names the source package that
mends the flaw ("firefox-0:115.5.0-1.el9_3"), a state one that is not mended, with a module before it where it is of one
("nodejs:18/nodejs"). Container images ("rhel9/nodejs-18") and whole modules are no packages and passed over.
Raises: ValueError.  **Source:** Red Hat, "Security Data API", "CVE".
"""

import re

import msgspec
from msgspec import Struct

from careen.formats.feeds import cvss
from careen.formats.feeds.csaf import Component, Document, Flaw, Remedy, Said, named_component

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
        raise ValueError(f"no CVE of the Security Data API: {error}") from None
    severity = entry.threat_severity or ""
    said = [one for release in entry.affected_release if (one := _mended(release, severity))]
    said += [one for state in entry.package_state if (one := _unmended(state, severity))]
    title = " ".join(entry.bugzilla.description.split())
    flaw = Flaw(
        entry.name,
        title,
        severity,
        cvss.scored(entry.cvss3.cvss3_scoring_vector or "", "redhat"),
        tuple(dict.fromkeys(_CWE.findall(entry.cwe or ""))),
        (entry.public_date or "")[:10],
        tuple(said),
    )
    return Document(entry.name, title, "api", (flaw,))


def _mended(release: _Release, severity: str) -> Said | None:
    built = named_component(release.package)
    if built is None or not built.evr:
        return None
    remedy = Remedy("vendor_fix", "", f"https://access.redhat.com/errata/{release.advisory}")
    return Said("fixed", release.cpe, built._replace(arch="src"), (remedy,), severity)


def _unmended(state: _State, severity: str) -> Said | None:
    found = _NAME.fullmatch(state.package_name)
    if not found:
        return None
    status = _STATES.get(state.fix_state.lower(), "under_investigation")
    remedy = Remedy("no_fix_planned" if state.fix_state.lower() == "will not fix" else "none_available", state.fix_state)
    return Said(status, state.cpe, Component(found["name"], "", "src", found["module"] or ""), (remedy,), severity)


_DECODER = msgspec.json.Decoder(_Entry)
