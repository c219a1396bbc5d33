"""The plan for the findings of an image: actions and repairs with what each removes, and the vulnerabilities that stay."""

from typing import Literal

from msgspec import Struct

Where = Literal["dockerfile", "manifest"]
AdviceKind = Literal[
    "refresh_base", "newer_release", "paid_support", "drop_package", "newer_owner", "newer_bundle", "newer_build"
]


class Upgrade(Struct, frozen=True):
    package: str  # name
    version: str
    to: str
    removes: int
    purl: str
    stays: tuple[str, ...] = ()  # fingerprints of the package's findings with a fixed version that it does not remove


class Change(Struct, frozen=True):
    """A further change that an action needs before its findings are gone, because packages are in several places."""

    manager: str
    place: str
    where: Where
    command: str


class Action(Struct, frozen=True):
    """One command, or one change of a manifest; with ``also``, changes of several places that belong together."""

    manager: str  # apt, apk, dnf, pip, npm, go …
    place: str  # in the image; "" if the manager has packages in one place only
    where: Where
    command: str  # for a RUN of the Dockerfile, or to run beside the manifest
    upgrades: tuple[Upgrade, ...]
    removes: int
    also: tuple[Change, ...] = ()
    by_manifest: int = 0  # findings that it removes and that need a change outside of the Dockerfile
    unchecked: str = ""  # whether the new versions run on the interpreter that is in the image: no advisory states it

    @property
    def changes(self) -> tuple[Change, ...]:
        return (Change(self.manager, self.place, self.where, self.command), *self.also)

    @property
    def in_dockerfile(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.where == "dockerfile")


class Advice(Struct, frozen=True):
    """Advice in addition to the actions. The number of findings that it removes cannot be computed."""

    kind: AdviceKind
    text: str
    findings: int  # that it may remove


class Staying(Struct, frozen=True):
    why: str
    findings: int


class Repair(Struct, frozen=True):
    """A repair that removes findings other than vulnerabilities."""

    kind: str  # of the findings
    ids: tuple[str, ...]
    title: str
    paths: tuple[str, ...]
    steps: tuple[str, ...]  # sentences, in the order in which they are done
    lines: tuple[str, ...]  # of a Dockerfile, at its end
    removes: int
    fingerprints: tuple[str, ...]  # of the findings


class Plan(Struct, frozen=True):
    """The plan. ``before`` and ``after`` count vulnerabilities."""

    before: int
    after: int  # when all actions are done
    after_dockerfile: int  # when only the actions of the Dockerfile are done
    actions: tuple[Action, ...]
    stays: tuple[Staying, ...]
    advice: tuple[Advice, ...]
    versions: dict[str, str] = {}  # versions that fix packages which nothing in the image can upgrade, by purl
    bundled: dict[str, str] = {}  # packages that another package contains as copies, by purl: the name of that other package
    repairs: tuple[Repair, ...] = ()


NOTHING = Plan(0, 0, 0, (), (), ())
