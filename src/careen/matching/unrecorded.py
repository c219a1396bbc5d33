"""Packages that the image's distribution built, in an image without its package database.

The distribution fixes vulnerabilities without a new version, and nothing shows which build a file is from: findings by
upstream versions are ``possible``. The location of a file shows its builder: a distribution's packages have their programs
in ``/usr/bin`` and the like, and language packages in folders that nothing else writes to. A program that contains the name
of its compiler was built by a third party, because tools for debs and rpms strip these names. In apks they stay, and
contain the distribution's name. A Java runtime names its maker in its file ``release``.
**Source:** FHS 3.0; Debian's policies for Python (3.1), Java (2.4), Ruby and JavaScript; dh_strip(1);
JDK, "release" (``IMPLEMENTOR``).
"""

from collections.abc import Iterable

from careen.distributions.registry import profile
from careen.model.finding import Finding, Vulnerability
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package
from careen.safety.pattern import pattern

_PROGRAMS = pattern(r"(?:usr/)?(?:bin|sbin|lib|lib32|lib64|libx32|libexec)/")
# By the type of the distribution's packages: the folders into which only they install language packages.
_LANGUAGES = {
    "deb": pattern(
        r"usr/share/(?:java|javascript|maven-repo|nodejs|perl5|php|rubygems-integration)/"
        r"|usr/lib/(?:[^/]+/)?(?:python3/dist-packages|nodejs|ruby|rubygems-integration)/"
    )
}


class Unrecorded:
    def __init__(self, inventory: Inventory) -> None:
        known = profile(inventory.distribution.id) if inventory.distribution else None
        self._applies = inventory.no_package_database and known is not None
        keeps_names = known is not None and "apk" in known.packages
        self._word = known.title.partition(" ")[0] if known and keeps_names else ""
        self._maker = known.title.partition(" ")[0] if known else ""
        self._folders = [_LANGUAGES[type] for type in known.packages if type in _LANGUAGES] if known else []
        self._compilers = {read.path: read.compilers for read in inventory.programs_read}
        noted = (package for package in inventory.packages if package.cataloger == "elf_note")
        self._noted = {evidence.path for package in noted for evidence in package.evidence} if self._applies else set()

    def is_of_distribution(self, package: Package) -> bool:
        """Whether the distribution built all files of the package, by their locations and compilers. False if the image has a
        package database.
        """
        if not self._applies or package.owned_by or package.presence == "declared" or not package.evidence:
            return False
        paths = [evidence.path.partition("!/")[0] for evidence in package.evidence]
        return self._is_made_here(package, paths) or all(map(self._is_own, paths))

    def _is_made_here(self, package: Package, paths: Iterable[str]) -> bool:
        """Whether the package names the distribution as its maker, as Java runtimes do, and is in its folders."""
        made = bool(self._maker) and (package.maintainer or "").startswith(self._maker)
        return made and all(map(_PROGRAMS.match, paths))

    def _is_own(self, path: str) -> bool:
        if path in self._noted or any(folders.match(path) for folders in self._folders):
            return True
        compilers = self._compilers.get(path)
        return compilers is not None and all(self._word and self._word in name for name in compilers)


def unread_programs(findings: Iterable[Finding], inventory: Inventory) -> tuple[Evidence, ...]:
    """The programs and libraries with findings that the distribution may have built, and that no second pass has read."""
    if not inventory.no_package_database:
        return ()
    found = {finding.package for finding in findings if isinstance(finding, Vulnerability) and finding.confidence != "possible"}
    known = {read.path for read in inventory.programs_read}
    places = (
        evidence
        for package in inventory.packages
        if package.purl in found and package.owned_by is None
        for evidence in package.evidence
    )
    asked = {place for place in places if _PROGRAMS.match(place.path) and place.path not in known and "!/" not in place.path}
    return tuple(sorted(asked, key=lambda place: (place.layer, place.path)))
