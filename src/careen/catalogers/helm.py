"""Helm: the charts that ``Chart.lock`` (``requirements.lock`` of Helm 2) pins; they are named by their name alone.

Shape: YAML, ``dependencies: [{name: postgresql, repository: https://…, version: 12.1.2}]``, ``digest: sha256:…``.
Raises: ValueError if the file is not YAML.
**Source:** Helm, "Chart dependencies"; ``pkg/chart/v2/dependency.go``.
"""

from collections.abc import Iterator

from careen.formats.data.plain import mapping, sequence, text
from careen.formats.data.yaml_file import yaml_document
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants


def read(file: File) -> Iterator[Package]:
    if within_package(file.path) or b"digest:" not in file.data or b"repository:" not in file.data:
        return
    charts = (mapping(chart) for chart in sequence(mapping(yaml_document(file.data)).get("dependencies")))
    found = ((chart.get("name"), text(chart.get("version"))) for chart in charts)
    yield from declared("helm", "helm", found)


CATALOGER = Cataloger(
    name="helm",
    ecosystem=Ecosystem(purl_type="helm", scheme="semver"),
    readers=(Reader(Wants(names=("Chart.lock", "requirements.lock")), read),),
    limits="Chart.yaml, which names ranges.",
)
