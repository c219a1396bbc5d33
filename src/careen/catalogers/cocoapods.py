"""CocoaPods: the pods in ``Podfile.lock``; a subspec (``Texture/Core``) is a package of its own.

Shape: YAML; ``PODS`` lists ``Name (version)``, or a mapping from that to its dependencies.
Raises: ValueError if the file is not YAML.  **Source:** CocoaPods Guides, "Using CocoaPods", Podfile.lock.
"""

from collections.abc import Iterator

from careen.formats.data.plain import mapping, sequence
from careen.formats.data.yaml_file import yaml_document
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_POD = pattern(r"(\S{1,200}) \((?:= )?([^\s()]{1,100})\)")


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    pods = sequence(mapping(yaml_document(file.data)).get("PODS"))
    named = [name for pod in pods for name in ([pod] if isinstance(pod, str) else mapping(pod))]
    return declared("cocoapods", "cocoapods", ((found[1], found[2]) for name in named if (found := _POD.fullmatch(name))))


CATALOGER = Cataloger(
    name="cocoapods",
    ecosystem=Ecosystem(purl_type="cocoapods", scheme="gem"),
    readers=(Reader(Wants(names=("Podfile.lock",)), read),),
    limits="Podfiles, which are programs.",
)
