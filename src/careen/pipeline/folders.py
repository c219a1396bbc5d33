"""Language packages that have a folder of their own and no list of their files."""

from collections.abc import Iterable

from careen.model.package import Package

_MODULES = "node_modules"
_SPECIFICATIONS, _GEMS = "specifications", "gems"


class PackageFolders:
    def __init__(self, packages: Iterable[Package]) -> None:
        self._purls: dict[str, str] = {}
        for package in packages:
            if package.type in ("npm", "gem") and package.presence == "present":
                purl = package.purl
                self._purls.update(dict.fromkeys(filter(None, map(_folder, (place.path for place in package.evidence))), purl))

    def owner(self, path: str) -> str:
        """The purl of the package whose folder a file is in; "" if there is none."""
        folder = path.rpartition("/")[0]
        while folder and self._purls:
            if purl := self._purls.get(folder):
                return purl
            folder = folder.rpartition("/")[0]
        return ""


def _folder(manifest: str) -> str:
    """The folder of an installed package by its manifest; "" for the manifest of an application, which does not claim
    its folder.
    """
    folder, _, name = manifest.rpartition("/")
    if name == "package.json":
        parts = folder.split("/")
        return folder if _MODULES in parts[-3:-1] else ""
    if folder.rpartition("/")[2] == _SPECIFICATIONS and name.endswith(".gemspec"):
        return "/".join(filter(None, (folder.rpartition("/")[0], _GEMS, name.removesuffix(".gemspec"))))
    return ""
