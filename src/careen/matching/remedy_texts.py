"""The sentences of ``careen fix``: what helps besides upgrades, and why findings stay."""

from typing import ClassVar

from msgspec import Struct

from careen.model.finding import FixState
from careen.model.plan import AdviceKind
from careen.output.lines import few

from .place import Obstacle


class RefreshBase(Struct, frozen=True):
    kind: ClassVar[AdviceKind] = "refresh_base"
    findings: int  # findings with a fix that nothing in the image can install
    base: str  # its name, or ""
    upgrades: int  # upgrades of packages that came with it

    def text(self) -> str:
        name = f"the base image {self.base}" if self.base else "the base image"
        start = f"pull a newer build of {name} (docker build --pull)"
        if self.findings:
            return f"{start}: {self.findings} findings have a fix that nothing in the image can install"
        return f"{start}: it contains {self.upgrades} of the packages to upgrade, and a newer build may have the fixes"


class NewerRelease(Struct, frozen=True):
    kind: ClassVar[AdviceKind] = "newer_release"
    findings: int
    name: str
    since: str

    def text(self) -> str:
        return f"move to a supported release: {self.name} has had no updates since {self.since}"


class PaidSupport(Struct, frozen=True):
    kind: ClassVar[AdviceKind] = "paid_support"
    findings: int

    def text(self) -> str:
        return "paid support of the distribution has fixes"


class NewerOwner(Struct, frozen=True):
    kind: ClassVar[AdviceKind] = "newer_owner"
    findings: int

    def text(self) -> str:
        return "for findings in files that packages of the distribution own, wait for its updates"


class DropPackage(Struct, frozen=True):
    kind: ClassVar[AdviceKind] = "drop_package"
    findings: int
    name: str
    type: str

    def text(self) -> str:
        return f"remove {self.name} ({self.type}) if it is not needed: no version fixes it"


class NewerBundle(Struct, frozen=True):
    kind: ClassVar[AdviceKind] = "newer_bundle"
    findings: int
    owner: str
    inside: tuple[str, ...]

    def text(self) -> str:
        return f"upgrade {self.owner} to a release with a newer copy of {few(self.inside)}, which it contains"


class NewerBuild(Struct, frozen=True):
    kind: ClassVar[AdviceKind] = "newer_build"
    findings: int
    packages: tuple[str, ...]

    def text(self) -> str:
        return f"upgrade {few(self.packages)} from the makers' repositories, if these have builds of fixed versions"


Hint = RefreshBase | NewerRelease | PaidSupport | NewerOwner | DropPackage | NewerBundle | NewerBuild

_STATES: dict[FixState, str] = {
    "open": "no version fixes it yet",
    "wont_fix": "the vendor will not fix it",
    "deferred": "the vendor has deferred the fix",
    "end_of_life": "the release is out of support",
    "unknown": "the fixed version is unknown",
    "fixed": "the fixed version is not above the installed one, or cannot be installed by its name",
}


def state_text(state: FixState) -> str:
    return _STATES[state]


def obstacle_text(obstacle: Obstacle) -> str:
    match obstacle.code:
        case "unsafe_name":
            return "its name or its version would need quoting in a shell"
        case "no_package_manager":
            return "the image has no package manager"
        case "no_archive":
            return "the archives that the image names are the distribution's, which did not build it"
        case "stored_image":
            return "it is in another image, which this one stores"
        case "third_party":
            return "a third party built it: whether its repository has a fixed version is unknown"
        case "owned":
            return "its files belong to a package of the distribution"
        case "bundled":
            return f"a part of {obstacle.by}, which contains its own copy"
