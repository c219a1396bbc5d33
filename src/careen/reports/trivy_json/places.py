"""The result that a package or a finding belongs to."""

import posixpath
from collections.abc import Mapping

from msgspec import Struct

from careen.model.finding import ExposedSecret, Finding, Vulnerability
from careen.model.package import Package

OF_DISTRIBUTIONS = ("deb", "rpm", "apk", "alpm")
# The type of installed packages, and the name of their result; without a name it is the path of the file.
INSTALLED = {
    "pypi": ("python-pkg", "Python"), "npm": ("node-pkg", "Node.js"), "maven": ("jar", "Java"), "gem": ("gemspec", "Ruby"),
    "conda": ("conda-pkg", "Conda"), "golang": ("gobinary", ""), "cargo": ("rustbinary", ""), "nuget": ("dotnet-core", ""),
    "composer": ("composer-vendor", ""),
}  # fmt: skip
# The type of packages that a file of this name lists.
LISTED = {
    "package-lock.json": "npm", "yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "requirements.txt": "pip",
    "Pipfile.lock": "pipenv", "poetry.lock": "poetry", "uv.lock": "uv", "Cargo.lock": "cargo", "go.mod": "gomod",
    "Gemfile.lock": "bundler", "composer.lock": "composer", "packages.lock.json": "nuget", "pom.xml": "pom",
    "gradle.lockfile": "gradle", "mix.lock": "hex", "pubspec.lock": "pub", "conan.lock": "conan",
    "Podfile.lock": "cocoapods", "Package.resolved": "swift",
}  # fmt: skip
CONFIGURATION = {"DKR": "dockerfile", "IMG": "dockerfile", "K8S": "kubernetes"}  # by the beginning of a check's id


class Place(Struct, frozen=True, order=True):
    """Where an entry belongs; each has one result. ``kind`` is Trivy's class."""

    kind: str
    type: str
    target: str


class Known(Struct, frozen=True):
    """The packages of the report by purl; the family of its distribution, and the target of that one's packages."""

    packages: Mapping[str, Package]
    family: str
    system: str


def place_of(finding: Finding, known: Known) -> Place:
    if isinstance(finding, Vulnerability):
        package = known.packages.get(finding.package)
        if package and (not package.evidence or package.evidence[0].path in finding.paths):
            return place_of_package(package, known)
        type = finding.package.removeprefix("pkg:").partition("/")[0]
        return _place_of_type(type, finding.paths[0] if finding.paths else "", known)
    if isinstance(finding, ExposedSecret):
        return Place("secret", "", finding.location.path)
    location = getattr(finding, "location", None)
    return Place("config", CONFIGURATION.get(finding.id.partition("-")[0], ""), location.path if location else "")


def place_of_package(package: Package, known: Known) -> Place:
    return _place_of_type(package.type, package.evidence[0].path if package.evidence else "", known)


def _place_of_type(type: str, path: str, known: Known) -> Place:
    if type in OF_DISTRIBUTIONS:
        return Place("os-pkgs", known.family or type, known.system)
    if listed := LISTED.get(posixpath.basename(path)):
        return Place("lang-pkgs", listed, path)
    kind, target = INSTALLED.get(type, (type, ""))
    return Place("lang-pkgs", kind, target or path or kind)
