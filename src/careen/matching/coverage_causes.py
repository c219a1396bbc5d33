"""Why a scan is not complete, apart from gaps in the advisories: each cause with its facts and its sentence."""

from typing import ClassVar, Literal

from msgspec import Struct

from careen.model.inventory import BY_TABLE
from careen.output.lines import few, plural


class NoDatabase(Struct, frozen=True):
    code: ClassVar[str] = "no_database"

    def text(self) -> str:
        return "there is no advisory database: nothing was assessed"


class StaleSource(Struct, frozen=True):
    code: ClassVar[str] = "stale_source"
    source: str
    day: str  # "" if unknown

    def text(self) -> str:
        return f"{self.source}: its data is of {self.day or 'an unknown day'}"


class RefreshFailed(Struct, frozen=True):
    code: ClassVar[str] = "refresh_failed"
    source: str
    day: str

    def text(self) -> str:
        return f"{self.source}: the last refresh failed, its data is of {self.day}"


class DerivedSource(Struct, frozen=True):
    code: ClassVar[str] = "derived_source"
    source: str
    detail: str

    def text(self) -> str:
        return f"{self.source}: its feed was {self.detail}"


class UnreadArchive(Struct, frozen=True):
    code: ClassVar[str] = "unread_archive"
    why: str

    def text(self) -> str:
        return f"an archive of the distribution could not be read: {self.why}"


# Parts of an image that an SBOM does not contain.
Missing = Literal["unidentified", "unread", "programs", "places", "owners", "secrets", "misconfigurations", "licence_texts"]
_MISSING: dict[Missing, str] = {
    "unidentified": "files that no package owns and no tool identified",
    "unread": "what could not be read",
    "programs": "programs without a package",
    "places": "where packages are",
    "owners": "which language packages the distribution built",
    "secrets": "secrets",
    "misconfigurations": "misconfigurations",
    "licence_texts": "the texts of licences",
}


class SbomOnly(Struct, frozen=True):
    code: ClassVar[str] = "sbom_only"
    tool: str  # "" if the SBOM does not name it
    missing: tuple[Missing, ...]

    def text(self) -> str:
        *others, last = (_MISSING[kind] for kind in self.missing)
        names = f"{', '.join(others)} and {last}" if others else last
        return f"an SBOM of {self.tool or 'an unnamed tool'} lists the packages; it does not contain {names}"


class NoAssessedPackage(Struct, frozen=True):
    code: ClassVar[str] = "no_assessed_package"
    tool: str  # "" if the SBOM does not name it
    packages: int

    def text(self) -> str:
        of = f"the SBOM of {self.tool}" if self.tool else "the SBOM"
        found = (
            f"lists {plural(self.packages, 'package')}, and no source assesses any of them"
            if self.packages
            else "lists nothing"
        )
        return f"{of} {found}: a package is known by its package URL"


class NoPackages(Struct, frozen=True):
    code: ClassVar[str] = "no_packages"
    files: int

    def text(self) -> str:
        return f"no package was found among {plural(self.files, 'file')}"


class ContainerFiles(Struct, frozen=True):
    code: ClassVar[str] = "container_files"
    paths: tuple[str, ...]

    def text(self) -> str:
        return f"{few(self.paths)}: only careen check reads {'them' if len(self.paths) > 1 else 'it'}"


class NoPackageDatabase(Struct, frozen=True):
    code: ClassVar[str] = "no_package_database"
    distribution: str

    def text(self) -> str:
        return f"{self.distribution}: the image contains its files, but not its package database"


class ModifiedPackages(Struct, frozen=True):
    code: ClassVar[str] = "modified_package"
    files: int

    def text(self) -> str:
        return f"{plural(self.files, 'program')} modified: the distribution's statements are about the files that it built"


class NotCompared(Struct, frozen=True):
    code: ClassVar[str] = "not_compared"
    programs: int

    def text(self) -> str:
        count = plural(self.programs, "program")
        return f"{count} of packages not compared with recorded digests: --scanners vuln,config compares them"


class ShadowedDatabase(Struct, frozen=True):
    code: ClassVar[str] = "shadowed_database"

    def text(self) -> str:
        return "packages whose database a layer removed, but not their files, which may have changed since"


class UnreadLayer(Struct, frozen=True):
    code: str
    layer: int
    path: str  # where reading ended; "" if unknown
    reason: str

    def text(self) -> str:
        if self.code == BY_TABLE:
            return f"layer {self.layer} was {self.reason}"
        at = f" (at {self.path})" if self.path else ""
        return f"layer {self.layer} could not be read completely{at}: {self.reason}"


class Unread(Struct, frozen=True):
    code: str
    subject: str
    reason: str

    def text(self) -> str:
        return f"{self.subject} could not be read: {self.reason}"


class UnreadFiles(Struct, frozen=True):
    code: str
    files: int
    path: str  # path of the first file; "" if unknown
    reason: str

    def text(self) -> str:
        if self.code == "excluded":
            return self.reason
        first = f"{self.path}: {self.reason}" if self.path else self.reason
        return f"{plural(self.files, 'file')} could not be read ({first}{' …' if self.files > 1 else ''})"


class UnidentifiedFiles(Struct, frozen=True):
    code: ClassVar[str] = "unidentified_files"
    paths: tuple[str, ...]
    in_part: int = 0  # of these, how many have code of known projects

    def text(self) -> str:
        count = "1 program or library" if len(self.paths) == 1 else f"{len(self.paths)} programs or libraries"
        known = (
            f"; in {self.in_part} of {len(self.paths)}, code of known projects was found, but not what else is there"
            if self.in_part
            else ""
        )
        return f"{count} that no package owns and no cataloger identifies: {few(self.paths)}{known}"


class OriginKnowledgeSmall(Struct, frozen=True):
    code: ClassVar[str] = "origin_knowledge_small"
    projects: int
    unexplained: int

    def text(self) -> str:
        left = plural(self.unexplained, "file")
        return f"the knowledge base of code has only {plural(self.projects, 'project')}: {left} unidentified"


class OriginVersionUnknown(Struct, frozen=True):
    code: ClassVar[str] = "origin_version_unknown"
    projects: tuple[str, ...]  # that the knowledge base names, without the version

    def text(self) -> str:
        return f"code of {few(self.projects)}: of a version that the knowledge base does not have"


class OriginReduced(Struct, frozen=True):
    code: ClassVar[str] = "origin_reduced"
    files: int
    costly: bool = False

    def text(self) -> str:
        if self.costly:
            files = plural(self.files, "program")
            return f"the origin of {files} in packages was not looked up: use --scanners vuln,origin or --origin-kb"
        return f"the origin of {plural(self.files, 'file')} was not looked up: it needs pip install 'careen[origin]'"


class OriginUnread(Struct, frozen=True):
    code: ClassVar[str] = "origin_unread"
    files: int

    def text(self) -> str:
        return f"the time limit for finding the origin of code was reached: {plural(self.files, 'file')} not read"


class PartialPrograms(Struct, frozen=True):
    code: ClassVar[str] = "partial_program"
    paths: tuple[str, ...]

    def text(self) -> str:
        count = plural(len(self.paths), "Rust program")
        return f"{count} without a list of crates: only crates that its messages name are known: {few(self.paths)}"


class MoreSubjects(Struct, frozen=True):
    code: str
    count: int

    def text(self) -> str:
        return f"and {self.count} more, too many to list"


class UntrustedRules(Struct, frozen=True):
    code: ClassVar[str] = "untrusted_rules"
    paths: tuple[str, ...]

    def text(self) -> str:
        return "the image contains its own VEX or ignore rules; untrusted, so they were not applied: " + few(self.paths)


class UntrustedVex(Struct, frozen=True):
    """VEX documents that are attached to the image in its registry, without a trusted signature."""

    code: ClassVar[str] = "untrusted_rules"
    digests: tuple[str, ...]

    def text(self) -> str:
        count = plural(len(self.digests), "VEX document")
        return f"attached to the image: {count} without a trusted signature, not applied: {few(self.digests)}"


class AttachedUnread(Struct, frozen=True):
    code: ClassVar[str] = "attached_unread"
    asked: bool  # the registry was queried
    troubles: tuple[str, ...]

    def text(self) -> str:
        how = "were not read completely" if self.asked else "were not requested from its registry"
        return f"attachments of the image {how}: {_first(self.troubles)}"


class AttachedOdd(Struct, frozen=True):
    code: ClassVar[str] = "attached_odd"
    troubles: tuple[str, ...]

    def text(self) -> str:
        return f"attachments of the image that are ignored: {_first(self.troubles)}"


def _first(troubles: tuple[str, ...]) -> str:
    return "; ".join(troubles[:3]) + ("; …" if len(troubles) > 3 else "")
