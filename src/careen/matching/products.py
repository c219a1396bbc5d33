"""Products whose advisories cover a package besides, or instead of, its ecosystem's; and the names under which they do.

A program that no package manager installed (``generic``) is assessed only with them; a package of an ecosystem with
both. Jenkins has short names for plug-ins; Kubernetes' advisories are about components, not about the modules they are
built from. A component is recognised by the file name of its program.
"""

from msgspec import Struct

from careen.formats.feeds.kubernetes_modules import KUBERNETES, MODULE_BY_PROGRAM
from careen.model.package import Package


class Product(Struct, frozen=True):
    namespace: str  # of the advisories
    names: tuple[str, ...]
    scheme: str


_GENERIC = {
    "node": Product("Node.js", ("node",), "npm"),
    "openssl": Product("OpenSSL", ("openssl",), "openssl"),
    "dotnet-sdk": Product(".NET", ("dotnet-sdk",), "nuget"),
}
_OF_KUBERNETES = ("sigs.k8s.io/", "github.com/kubernetes-csi/", "github.com/kubernetes-sigs/", "k8s.io/ingress-nginx")
_JENKINS = "org.jenkins-ci.main:jenkins-core"
PLUGIN_FILES = (".hpi", ".jpi")


def product_of(package: Package) -> Product | None:
    match package.type:
        case "generic":
            return _GENERIC.get(package.name)
        case "golang":
            names = _of_kubernetes(package)
            return Product("Kubernetes", names, "semver") if names else None
        case "maven":
            name = _of_jenkins(package)
            return Product("Jenkins", (name,), "maven") if name else None
    return None


def is_built_without_modules(package: Package) -> bool:
    """Whether the package is a program of Kubernetes itself, whose file name determines its component."""
    return package.type == "golang" and (package.name == KUBERNETES or package.name.startswith(f"{KUBERNETES}/cmd/"))


def _of_kubernetes(package: Package) -> tuple[str, ...]:
    name = package.name
    if is_built_without_modules(package):
        programs = {name.rpartition("/")[2], *(place.path.rpartition("/")[2] for place in package.evidence)}
        found = (
            MODULE_BY_PROGRAM.values()
            if "hyperkube" in programs
            else filter(None, map(MODULE_BY_PROGRAM.get, sorted(programs)))
        )
        return (KUBERNETES, *found)
    return (name,) if name.startswith(_OF_KUBERNETES) else ()


def _of_jenkins(package: Package) -> str:
    if package.name == _JENKINS:
        return "core"
    is_plugin = any(place.path.endswith(PLUGIN_FILES) for place in package.evidence)
    return package.name.rpartition(":")[2] if is_plugin else ""
