"""The fields of a distribution's file. All but ``id`` and ``title`` may be left out.

A ``Rule`` rewrites a text (a VERSION_ID, a release, an ecosystem): where all of it, or of the field ``of``, is ``like`` an
expression, the result is ``name``, in which ``{0}`` is the first group of the expression and ``{version}`` that field. The
first rule that fits counts.
"""

import re
from collections.abc import Iterable

from msgspec import Struct


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    like: str
    name: str = ""
    of: str = ""  # "codename", "pretty_name"


class Files(Struct, frozen=True, forbid_unknown_fields=True):
    """By which it is recognised without an os-release."""

    release: tuple[str, ...] = ()  # has a sentence with one of its names: "AlmaLinux release 9.4"
    version: str = ""  # has the version alone
    mark: str = ""  # is empty
    repositories: str = ""  # lists the branches that packages come from
    paid: str = ""  # says whether paid support is switched on


class Releases(Struct, frozen=True, forbid_unknown_fields=True):
    parts: int = 1  # of VERSION_ID that name a release; 0: it has none
    named: tuple[Rule, ...] = ()  # names of releases that VERSION_ID does not begin with
    codenames: dict[str, str] = {}  # codename: release, the oldest first
    rolling: str = ""  # a codename that never becomes a release


class Follows(Struct, frozen=True, forbid_unknown_fields=True):
    """It takes over or rebuilds another's packages with their versions, and publishes no advisories itself."""

    parent: str  # whose releases are numbered alike, unless ``releases`` says otherwise
    releases: dict[str, str] = {}  # by its release, or "" for all: the parent's namespace
    changed: str = ""  # expression of the versions of packages that it changed
    instead_of: str = ""  # its os-release has the ID of another one ...
    when: tuple[Rule, ...] = ()  # ... and one of these fits


class Advisories(Struct, frozen=True, forbid_unknown_fields=True):
    namespace: str = ""  # of those that assess it, where it is another's
    stand_in: str = ""  # the ID of a rebuild with the same versions
    line: str = ""  # the ID of the distribution whose versions it has: all of one line may stand in for one another
    paid: str = ""  # the ID of support beyond the ordinary, whose fixes only its customers get
    paid_package: str = ""  # which is installed where that support is switched on
    continued: bool = False  # paid support goes on with the same line of versions where the ordinary has ended
    by_source: bool = False  # an rpm is looked up by its source package
    channels: bool = False  # the repositories that an image was built from have advisories of their own
    binaries_listed: bool = False  # all packages of a source are listed: a statement about the source is about none of them
    source: str = ""  # the name of who publishes them, where it is not the ID
    ids: tuple[str, ...] = ()  # what the IDs of its advisories begin with
    ecosystem: str = ""  # of OSV, without the release
    osv: tuple[Rule, ...] = ()  # namespaces of OSV's ecosystems
    shipped: tuple[str, ...] = ()  # codenames of the releases about which Careen ships facts


class Support(Struct, frozen=True, forbid_unknown_fields=True):
    product: str = ""  # of endoflife.date
    free_extension: bool = False  # extended support is free of charge
    ends: dict[str, str] = {}  # codename: the last day, where no data about it is loaded
    named: tuple[Rule, ...] = ()  # namespaces of support that counts releases otherwise than advisories do


class Builds(Struct, frozen=True, forbid_unknown_fields=True):
    """By which its own packages are told from those of third parties."""

    rpm_vendor: str = ""  # expression of the vendor of its rpms; without one nothing is told
    dist_tags: tuple[str, ...] = ()  # before the number in the releases of its rpms: "el"
    always_tagged: bool = False  # in all of them
    own_release: str = ""  # expression of the releases of its rpms, where its vendor builds for others too
    deb_release: str = ""  # expression of a version of a deb that only it has, with its release
    plain_revisions: bool = False  # revisions of its debs have only words that Debian's tools write, and ``own_words``
    own_words: tuple[str, ...] = ()
    others_since: str = ""  # from this codename on, a codename behind "~", "+" or "." is of a third party's build
    maintainer: str = ""  # expression of the maintainer of its debs
    only_maintainer: bool = False  # debs of other maintainers are a third party's


class Images(Struct, frozen=True, forbid_unknown_fields=True):
    """The names of base images that tell it and its release."""

    names: tuple[str, ...] = ()  # last part of a repository whose tags are its releases
    repositories: tuple[str, ...] = ()  # expressions of repositories; a group is the release, else the tag is
    tags: tuple[str, ...] = ()  # expressions of a part of other images' tags, with the release
    registry: str = ""  # all images of which are based on it; ``tags`` holds there alone
    rolling_tag: str = ""  # the tag, and the branch of its repositories, that is no release


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    packages: tuple[str, ...] = ()  # purl types of its packages; none: only its name is known
    aliases: tuple[str, ...] = ()  # what bills of materials call it
    names: tuple[str, ...] = ()  # what its release file calls it
    brand: str = ""  # the ID under which rules and VEX statements mean it, where several share one
    cpes: tuple[str, ...] = ()  # "vendor:product"
    files: Files = Files()
    releases: Releases = Releases()
    follows: Follows | None = None
    advisories: Advisories = Advisories()
    support: Support = Support()
    builds: Builds = Builds()
    images: Images = Images()

    @property
    def source(self) -> str:
        """Who publishes its advisories."""
        return self.advisories.source or self.id

    def release_of(self, codename: str) -> str:
        """The release behind a codename, "" where it has none."""
        return self.releases.codenames.get(codename, "")

    def codename_of(self, release: str) -> str:
        return next((codename for codename, one in self.releases.codenames.items() if one == release), "")


def applied(rules: Iterable[Rule], text: str, **fields: str) -> str | None:
    """What the first rule that fits makes of the text; None where none does."""
    for rule in rules:
        if found := re.fullmatch(rule.like, fields.get(rule.of, "") if rule.of else text):
            return rule.name.format(*found.groups(), **fields)
    return None
