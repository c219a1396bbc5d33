"""What to do about the vulnerabilities of an image: actions with the findings that each removes, and what stays."""

from typing import Literal

from msgspec import Struct

Where = Literal["dockerfile", "manifest"]
AdviceKind = Literal["refresh_base", "newer_release", "paid_support", "drop_package", "newer_owner", "newer_bundle"]


class Upgrade(Struct, frozen=True):
    package: str  # name
    version: str
    to: str
    removes: int
    purl: str


class Action(Struct, frozen=True):
    """One command, or one change of a manifest."""

    manager: str  # apt, apk, dnf, pip, npm, go …
    place: str  # in the image; "" if there is only one
    where: Where
    command: str  # for a RUN of the Dockerfile, or to run beside the manifest
    upgrades: tuple[Upgrade, ...]
    removes: int


class Advice(Struct, frozen=True):
    """What helps besides; how many findings it removes cannot be computed."""

    kind: AdviceKind
    text: str
    findings: int  # that it may remove


class Staying(Struct, frozen=True):
    why: str
    findings: int


class Plan(Struct, frozen=True):
    before: int
    after: int  # when all actions are done
    after_dockerfile: int  # when only those of the Dockerfile are
    actions: tuple[Action, ...]
    stays: tuple[Staying, ...]
    advice: tuple[Advice, ...]
    versions: dict[str, str] = {}  # that fix packages which nothing in the image can upgrade, by purl
    bundled: dict[str, str] = {}  # packages that are copies within another one, by purl: the name of that one
