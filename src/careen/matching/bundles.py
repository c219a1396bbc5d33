"""Finds the package that contains another one as a copy: OpenSSL in the wheel of cryptography, jQuery in Werkzeug.

A copy cannot be upgraded by its name: only a newer release of its owner contains a newer copy. An owner is recognised by
the location of the copy: a folder of the owner's name beside the owner's own record (also auditwheel's ``NAME.libs``), or of
the beginning of its name if no other package there has it (``psycopg2`` of psycopg2-binary); its folder in ``node_modules``,
the folder of a Java runtime, a .NET SDK, a shared framework of .NET, WordPress or a component of Bitnami, or the program of its
name that both are part of.
**Source:** PEP 376 and PEP 427 (dist-info), PEP 503 (names); auditwheel (``.libs``); Node.js, "Modules"; JEP 220; .NET,
"install location".
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from posixpath import basename

from careen.model.package import Package
from careen.safety.pattern import pattern

_INFO = pattern(r"(?P<site>(?:.*/)?)[^/]+\.(?:dist|egg)-info(?:/[^/]+)?")
_MODULE = pattern(r"(?P<folder>.*/?node_modules/(?:@[^/]+/)?[^/]+)/")  # greedy, so that the innermost folder matches
_MAX_DEPTH = 32  # folders of a path in which an owner is looked for
JAVA = frozenset(("openjdk", "graalvm", "jdk", "jre"))
_RUNS = pattern(r"[-_.]+")
_MODULES = {
    "crypto": "pycryptodome",
    "cryptodome": "pycryptodomex",
    "cv2": "opencv",
    "fitz": "pymupdf",
    "grpc": "grpcio",
    "nacl": "pynacl",
    "osgeo": "gdal",
    "pil": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}  # not named as their packages


class Bundles:
    def __init__(self, packages: Iterable[Package]) -> None:
        self._by_folder: dict[str, Package] = {}
        self._by_beginning: dict[str, set[str]] = {}  # names of packages, by the folder of the first words of a name
        self._sites: set[str] = set()  # folders that have records of Python packages
        self._products: dict[str, Package] = {}  # by the folders of their parts
        self._by_program: defaultdict[str, list[Package]] = defaultdict(list)
        for package in packages:
            for place in package.evidence:
                self._add(package, place.path)

    def owner_at(self, package: Package, path: str) -> str:
        """The name of the package that contains the copy at this path; "" if there is none, or if several programs
        at the path may contain it.
        """
        folders = [*self._folders(path)]
        owners = (self._by_folder.get(folder) for folder in (*folders, *self._longer(folders)))
        owner = next(filter(None, owners), None) or self._product_at(path)
        if owner is not None:
            return "" if owner.name == package.name else owner.name
        programs = self._by_program.get(path, []) if package.type == "generic" else []
        return programs[0].name if len(programs) == 1 and programs[0].name != package.name else ""

    def owners_of(self, package: Package) -> set[str]:
        """The names of the packages that contain copies of this one."""
        return {self.owner_at(package, place.path) for place in package.evidence} - {""}

    def _add(self, package: Package, path: str) -> None:
        if package.type == "pypi" and (found := _INFO.fullmatch(path)):
            self._sites.add(found["site"])
            name = _normal(package.name)
            self._by_folder.setdefault(found["site"] + name, package)
            for end in (index for index, character in enumerate(name) if character == "-"):
                self._by_beginning.setdefault(found["site"] + name[:end], set()).add(name)
        elif package.type == "npm" and (found := _MODULE.match(path)) and path == f"{found['folder']}/package.json":
            self._by_folder.setdefault(found["folder"], package)
        elif parts := _parts_of(package, path):
            for folder in parts:
                self._products.setdefault(folder, package)
        elif package.type == "generic" and package.name == basename(path):
            self._by_program[path].append(package)

    def _product_at(self, path: str) -> Package | None:
        """The product of which the file at this path is a part."""
        parts = path.split("/")[:_MAX_DEPTH]
        folders = ("/".join(parts[:depth]) for depth in range(len(parts) - 1, 0, -1))
        return next(filter(None, map(self._products.get, folders)), None)

    def _folders(self, path: str) -> Iterator[str]:
        if found := _MODULE.match(path):
            yield found["folder"]
        if _INFO.fullmatch(path):
            return
        site = ""
        for folder in path.split("/")[:_MAX_DEPTH][:-1]:
            if site in self._sites:
                name = _normal(folder.removesuffix(".libs"))
                yield site + _MODULES.get(name, name)
            site += f"{folder}/"

    def _longer(self, folders: Iterable[str]) -> Iterator[str]:
        """The folders of packages whose names only begin as a folder is named."""
        for folder in folders:
            names = self._by_beginning.get(folder, ())
            if len(names) == 1:
                yield f"{folder.rpartition('/')[0]}/{next(iter(names))}".lstrip("/")


def _parts_of(package: Package, path: str) -> tuple[str, ...]:
    """The folders that hold the parts of the runtime, WordPress or Bitnami's component that the file at this path describes.
    Those of a Java runtime are named, as its own folder may also have an application.
    """
    folder, _, file = path.rpartition("/")
    if package.type == "bitnami":
        return (f"{folder}/{package.name}",) if file == ".bitnami_components.json" else (folder,)
    if package.name in JAVA and file == "release":
        return tuple(f"{folder}/{part}" for part in ("bin", "jmods", "jre/bin", "jre/lib", "lib"))
    if package.name == "wordpress" and path.endswith("wp-includes/version.php"):
        return (folder, f"{folder.removesuffix('wp-includes')}wp-admin")
    framework = file.removesuffix(".deps.json")
    if framework != file and (package.name == "dotnet-sdk" or package.name.startswith(f"{framework}.Runtime.")):
        return (folder,)
    return ()


def _normal(name: str) -> str:
    """A name of PyPI, as PEP 503 normalises it. A module may have the name with an underscore before it."""
    return _RUNS.sub("-", name).strip("-").lower()
