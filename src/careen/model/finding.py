"""Findings: vulnerabilities, misconfigurations, modified files, licences, behaviour and secrets, each with its reason."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from .advisory import Cvss, Epss, Severity

FixState = Literal["fixed", "open", "wont_fix", "deferred", "end_of_life", "unknown"]
Confidence = Literal["confirmed", "likely", "possible"]
# What lowered the confidence of a finding to possible: no program has the vulnerable functions linked.
LoweredBy = Literal["not_linked"]
# Why a finding is new: this change added the package, or an advisory or a fix was published since the baseline.
Change = Literal["introduced", "disclosed", "fix_available"]


class Fix(Struct, frozen=True):
    state: FixState
    versions: tuple[str, ...] = ()


class VexNote(Struct, frozen=True):
    """A VEX statement about a finding, which does not suppress it."""

    status: str  # affected | under_investigation
    source: str
    detail: str = ""


class AdvisoryReference(Struct, frozen=True):
    id: str
    source: str
    url: str = ""


class Weakness(Struct, frozen=True):
    """The kind of mistake behind a vulnerability, by the Common Weakness Enumeration."""

    id: str  # CWE-79
    name: str = ""  # "" if the database does not name it


class EpssScore(Struct, frozen=True):
    score: float
    percentile: float

    @classmethod
    def of(cls, epss: Epss | None) -> "EpssScore | None":
        return cls(epss.score, epss.percentile) if epss else None


class Vulnerability(Struct, frozen=True, tag_field="kind", tag="vulnerability"):
    """A vulnerability of a package of this image, with all its ids; one finding for each pair of vulnerability and
    package.
    """

    id: str
    aliases: tuple[str, ...]
    package: str  # purl of an entry of packages
    package_name: str
    package_version: str
    paths: tuple[str, ...]
    severity: Severity
    severity_source: str | None
    cvss: tuple[Cvss, ...]
    epss: EpssScore | None
    kev: bool | None  # in CISA's catalogue of exploited vulnerabilities; None if that is not loaded
    risk: float
    fix: Fix
    advisories: tuple[AdvisoryReference, ...]
    reason: str  # "3.0.11-1~deb12u2 < 3.0.13-1~deb12u1 (deb order, Debian 12)"
    confidence: Confidence
    layer: int | None  # index of the layer that introduced the package
    fingerprint: str  # the same for the same vulnerability in the same place, whatever the tag
    summary: str = ""
    published: str | None = None  # ISO date of its disclosure
    fix_published: str | None = None  # ISO date of the advisory with the fixed version
    vex: VexNote | None = None
    change: Change | None = None  # with a baseline: why the finding is new
    weaknesses: tuple[Weakness, ...] = ()
    exploit: bool = False  # an exploit is public
    paid_fix: str | None = None  # the version that fixes it for customers of paid support, if there is no free one
    lowered_by: LoweredBy | None = None  # what lowered the confidence to possible: no program has the functions linked
    location: "Location | None" = None  # the line of the Dockerfile that installs the package, if one was read
    last_layer: int | None = None  # index of the last layer that adds the package, if several layers do

    @property
    def subject(self) -> str:
        """The package with its version, if it has one."""
        return f"{self.package_name} {self.package_version}".rstrip()


class Location(Struct, frozen=True):
    """The place of a finding: a path (in the image, or of the file that was checked) and lines counted from 1."""

    path: str
    line: int | None = None
    end_line: int | None = None


class Misconfiguration(Struct, frozen=True, tag_field="kind", tag="misconfiguration"):
    """A misconfiguration that a check found."""

    id: str
    title: str
    severity: Severity
    location: Location
    why: str
    fix: str
    references: tuple[str, ...]
    fingerprint: str  # the same for the same misconfiguration in the same place, whatever the line
    message: str = ""  # what exactly is wrong in this place
    layer: int | None = None  # index of the layer; None for a file outside an image
    change: Change | None = None  # with a baseline: why the finding is new


class IntegrityFinding(Misconfiguration, frozen=True, tag_field="kind", tag="integrity"):
    """A file whose content differs from that in the package that owns it."""


class LicenceFinding(Misconfiguration, frozen=True, tag_field="kind", tag="licence"):
    """A package whose licence the policy denies, or about which a person has to decide."""

    package: str = ""  # purl
    expression: str = ""  # SPDX; "" if the licence is not known


class BehaviourFinding(Misconfiguration, frozen=True, tag_field="kind", tag="behaviour"):
    """A sign of risk that no advisory states: how a program is built, what it can do, which name it imitates.

    It never counts as a vulnerability. ``evidence``: the facts behind the finding, one a line.
    """

    confidence: Confidence = "likely"
    package: str = ""  # purl
    evidence: tuple[str, ...] = ()


class SecretPlace(Struct, frozen=True):
    """A place of a value, and the fingerprint that the finding would have if this were its only place."""

    location: Location
    fingerprint: str
    layer: int | None = None
    deleted: bool = False


class ExposedSecret(Struct, frozen=True, tag_field="kind", tag="secret"):
    """A credential in files, a label, the environment or the history: one for each value; ``match`` is redacted."""

    id: str
    title: str
    severity: Severity
    location: Location
    match: str  # redacted
    fingerprint: str  # the same for the same value in the same place, whatever the line
    layer: int | None = None  # index of the layer; None for the image's configuration, and for a file outside an image
    deleted: bool = False  # a later layer removed the file, but everybody who pulls the image can still read it
    verified: bool | None = None  # whether its checksum or structure is valid; None: it has none
    change: Change | None = None  # with a baseline: why the finding is new
    # confirmed: by a checksum or structure; likely: by the issuer's format; possible: by a name and a random value alone
    confidence: Confidence = "likely"
    value_id: str | None = None  # equal for equal values in any file and image; None if the value could be guessed from it
    places: tuple[SecretPlace, ...] = ()  # more places of the same value

    @property
    def all_places(self) -> tuple[SecretPlace, ...]:
        return (SecretPlace(self.location, self.fingerprint, self.layer, self.deleted), *self.places)


Finding = Vulnerability | Misconfiguration | IntegrityFinding | LicenceFinding | BehaviourFinding | ExposedSecret


def layers_of(finding: Finding) -> tuple[int | None, ...]:
    """The indices of the layers that add the finding's package or file: for a vulnerability the first and, if a later one adds
    the package too, the last; for a secret one for each place. None stands for what is in no layer.
    """
    if isinstance(finding, ExposedSecret):
        return tuple(place.layer for place in finding.all_places)
    if isinstance(finding, Vulnerability) and finding.last_layer is not None:
        return finding.layer, finding.last_layer
    return (getattr(finding, "layer", None),)  # a new kind may have none


class SuppressedBy(Struct, frozen=True):
    kind: str  # ignore | vex | distribution | severity | fix_state | comment
    source: str
    reason: str
    expires: str | None = None
    owner: str | None = None  # who is responsible for the decision
    status: Annotated[str, Meta(extra_json_schema={"enum": ["not_affected", "fixed"]})] | None = None  # of a VEX statement


class Suppressed(Struct, frozen=True):
    finding: Finding
    by: SuppressedBy
