"""The fields of a distribution's file. All but ``id`` and ``title`` are optional.

A ``Rule`` rewrites a text (a VERSION_ID, a release, an ecosystem): if the expression ``like`` matches the whole text, or the
whole field ``of``, the result is ``name``, in which ``{0}`` is the first group of the expression and ``{version}`` that
field. The first matching rule counts.
"""

import re
from collections.abc import Iterable

from msgspec import Struct


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    like: str
    name: str = ""
    of: str = ""  # "codename", "pretty_name"


class Files(Struct, frozen=True, forbid_unknown_fields=True):
    """Files that identify the distribution without an os-release."""

    release: tuple[str, ...] = ()  # contain a sentence with one of its names: "AlmaLinux release 9.4"
    version: str = ""  # contains only the version
    mark: str = ""  # is empty
    repositories: str = ""  # lists the branches that packages come from
    paid: str = ""  # shows whether paid support is enabled


class Releases(Struct, frozen=True, forbid_unknown_fields=True):
    parts: int = 1  # of VERSION_ID that name a release; 0: it has no releases
    named: tuple[Rule, ...] = ()  # names of releases that VERSION_ID does not begin with
    codenames: dict[str, str] = {}  # codename: release, the oldest first
    rolling: str = ""  # a codename that never becomes a release


class Follows(Struct, frozen=True, forbid_unknown_fields=True):
    """A distribution that redistributes or rebuilds another's packages with their versions, and publishes no advisories."""

    parent: str  # its releases have the same numbers, unless ``releases`` states others
    releases: dict[str, str] = {}  # by its release, or "" for all: the parent's namespace
    changed: str = ""  # expression of the versions of packages that it changed
    instead_of: str = ""  # its os-release has the ID of another distribution ...
    when: tuple[Rule, ...] = ()  # ... and one of these matches


class Advisories(Struct, frozen=True, forbid_unknown_fields=True):
    namespace: str = ""  # of the advisories that cover it, if they are another's
    stand_in: str = ""  # the ID of a rebuild with the same versions
    line: str = ""  # the ID of the distribution whose versions it has: advisories of one line may be used for all of it
    paid: str = ""  # the ID of support beyond the ordinary, whose fixes only its customers get
    paid_package: str = ""  # installed if that support is enabled
    continued: bool = False  # paid support continues the same line of versions after ordinary support has ended
    by_source: bool = False  # an rpm is looked up by its source package
    channels: bool = False  # the repositories that an image was built from have advisories of their own
    binaries_listed: bool = False  # advisories list all binary packages: a statement about the source covers none of them
    source: str = ""  # the name of their publisher, if it is not the ID
    ids: tuple[str, ...] = ()  # how the IDs of its advisories begin
    ecosystem: str = ""  # of OSV, without the release
    osv: tuple[Rule, ...] = ()  # namespaces of OSV's ecosystems
    shipped: tuple[str, ...] = ()  # codenames of the releases about which Careen ships facts


class Support(Struct, frozen=True, forbid_unknown_fields=True):
    product: str = ""  # of endoflife.date
    free_extension: bool = False  # extended support is free of charge
    ends: dict[str, str] = {}  # codename: the last day, used if no data about it is loaded
    named: tuple[Rule, ...] = ()  # namespaces of support whose releases are numbered differently from those of advisories


class Builds(Struct, frozen=True, forbid_unknown_fields=True):
    """Marks that distinguish its own packages from those of third parties."""

    rpm_vendor: str = ""  # expression of the vendor of its rpms; without it rpms are not distinguished
    dist_tags: tuple[str, ...] = ()  # before the number in the releases of its rpms: "el"
    always_tagged: bool = False  # in all of them
    owns_tag: bool = False  # a tag of several distributions is its own if nothing else is named
    built_for: str = ""  # expression of the release for which a deb is built, in its version
    own_release: str = ""  # expression of the releases of its rpms, if its vendor builds for others too
    deb_release: str = ""  # expression of a version of a deb that only it has, with its release
    plain_revisions: bool = False  # revisions of its debs have only words that Debian's tools write, and ``own_words``
    own_words: tuple[str, ...] = ()
    others_since: str = ""  # from this codename on, a codename after "~", "+" or "." marks a third party's build
    maintainer: str = ""  # expression of the maintainer of its debs
    only_maintainer: bool = False  # debs of other maintainers are a third party's


class Images(Struct, frozen=True, forbid_unknown_fields=True):
    """The names of base images that identify it and its release."""

    names: tuple[str, ...] = ()  # last part of a repository whose tags are its releases
    repositories: tuple[str, ...] = ()  # expressions of repositories; a group is the release, else the tag is
    tags: tuple[str, ...] = ()  # expressions of a part of other images' tags, with the release
    registry: str = ""  # all its images are based on it; ``tags`` applies there alone
    rolling_tag: str = ""  # the tag, and the branch of its repositories, that is not a release


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    packages: tuple[str, ...] = ()  # purl types of its packages; none: only its name is known
    aliases: tuple[str, ...] = ()  # its names in SBOMs
    names: tuple[str, ...] = ()  # its names in its release file
    brand: str = ""  # the ID that rules and VEX statements use, if several distributions share one
    cpes: tuple[str, ...] = ()  # "vendor:product"
    trivy: str = ""  # its name in Trivy's reports, if that is not the ID
    files: Files = Files()
    releases: Releases = Releases()
    follows: Follows | None = None
    advisories: Advisories = Advisories()
    support: Support = Support()
    builds: Builds = Builds()
    images: Images = Images()

    @property
    def source(self) -> str:
        """The publisher of its advisories."""
        return self.advisories.source or self.id

    def release_of(self, codename: str) -> str:
        """The release with this codename; "" if unknown."""
        return self.releases.codenames.get(codename, "")

    def codename_of(self, release: str) -> str:
        return next((codename for codename, version in self.releases.codenames.items() if version == release), "")


def applied(rules: Iterable[Rule], text: str, **fields: str) -> str | None:
    """The result of the first matching rule; None if no rule matches."""
    for rule in rules:
        if found := re.fullmatch(rule.like, fields.get(rule.of, "") if rule.of else text):
            return rule.name.format(*found.groups(), **fields)
    return None
