"""The packages as an SPDX 3.0.1 document in JSON-LD.

Elements are named by the document's name space, which is derived from the image's digest. As in SPDX 2.3, an annotation
of each package has what the format's fields cannot hold, so that ``careen scan sbom:FILE`` gives the same findings.
**Source:** SPDX 3.0.1, profiles Core, Software and SimpleLicensing; its JSON schema.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, TextIO
from uuid import NAMESPACE_URL, uuid5

import msgspec

from careen import __version__
from careen.components.content import Component, Content, content_of, distribution_name, top_level
from careen.formats.packages.purl_package import full_purl
from careen.formats.sboms import sbom_properties
from careen.licences.expressions import REFERENCE, ids_in, is_valid
from careen.model.report import Report
from careen.output.json_text import write_json
from careen.plugins import Reporter, ReportOptions

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
CREATION = "_:creation"
PROFILES = ["core", "software", "simpleLicensing"]
_ALGORITHMS = {"SHA-256": "sha256", "SHA-512": "sha512"}
_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

Element = dict[str, Any]


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report), stream)


def document(report: Report) -> dict[str, Any]:
    image, content = report.image, content_of(report)
    space = f"{uuid5(NAMESPACE_URL, f'careen:{image.digest or image.reference}').urn}#"
    about = _About(space, content, report)
    elements = list(about.elements())
    ids = [element["spdxId"] for element in elements]
    head = [
        {
            "type": "CreationInfo",
            "@id": CREATION,
            "specVersion": "3.0.1",
            "created": report.created.partition(".")[0].rstrip("Z") + "Z",
            "createdBy": [f"{space}careen"],
            "createdUsing": [f"{space}tool"],
        },
        about.element("SoftwareAgent", "careen", name=f"careen-{__version__}"),
        about.element("Tool", "tool", name=f"careen-{__version__}"),
        about.element(
            "SpdxDocument",
            "document",
            name=image.reference,
            profileConformance=PROFILES,
            rootElement=[f"{space}sbom"],
            element=[f"{space}sbom", *ids],
        ),
        about.element(
            "software_Sbom",
            "sbom",
            software_sbomType=["analyzed"],
            profileConformance=PROFILES,
            rootElement=[f"{space}image"],
            element=ids,
        ),
    ]
    return {"@context": CONTEXT, "@graph": [*head, *elements]}


class _About:
    """The elements of one report."""

    def __init__(self, space: str, content: Content, report: Report) -> None:
        self.space, self.content, self.report = space, content, report
        self._ids = {component.ref: f"package-{component.id}" for component in content.components}
        self._agents: dict[str, str] = {}
        self._licences: dict[str, str] = {}

    def element(self, type: str, id: str, /, **fields: Any) -> Element:
        return {"type": type, "spdxId": self.space + id, "creationInfo": CREATION, **fields}

    def elements(self) -> Iterator[Element]:
        yield from self._image()
        yield from self._distribution()
        for component in self.content.components:
            yield from self._package(component)
        yield from self._contained()
        yield from self._dependencies()
        for name, id in self._agents.items():
            yield self.element("Organization", id, name=name)
        for expression, id in self._licences.items():
            yield self.element(
                "simplelicensing_LicenseExpression",
                id,
                simplelicensing_licenseExpression=expression,
                **self._custom(expression),
            )
        for name in sorted({id for text in self._licences for id in ids_in(text) if id.startswith(REFERENCE)}):
            text = "The package's metadata name this licence."
            yield self.element("simplelicensing_SimpleLicensingText", name, simplelicensing_licenseText=text)

    def _custom(self, expression: str) -> Element:
        names = [id for id in ids_in(expression) if id.startswith(REFERENCE)]
        entries = [{"type": "DictionaryEntry", "key": name, "value": self.space + name} for name in names]
        return {"simplelicensing_customIdToUri": entries} if entries else {}

    def _image(self) -> Iterator[Element]:
        report, image = self.report, self.report.image
        digest = re.fullmatch(r"sha256:([0-9a-f]{64})", image.digest)
        hashes = [{"type": "Hash", "algorithm": "sha256", "hashValue": digest[1]}] if digest else []
        yield self.element(
            "software_Package",
            "image",
            name=image.reference,
            software_primaryPurpose="container" if image.kind in ("image", "sbom") else "file",
            **({"software_packageVersion": image.digest} if image.digest else {}),
            **({"verifiedUsing": hashes} if hashes else {}),
            **self._supplied(self.content.supplier),
        )
        notes = [
            ("coverage", report.coverage.verdict),
            *((f"coverage:{why.code}", why.detail) for why in report.coverage.reasons),
            *sbom_properties.of_layers(image),
            *sbom_properties.of_inventory(report.inventory, report.unknowns),
        ]
        yield self._note("image", notes)

    def _distribution(self) -> Iterator[Element]:
        found = self.report.inventory.distribution
        if found:
            version = {"software_packageVersion": found.version} if found.version else {}
            supplier = self._supplied(distribution_name(self.report))
            purpose = "operatingSystem"
            yield self.element(
                "software_Package", "distribution", name=found.id, software_primaryPurpose=purpose, **version, **supplier
            )

    def _package(self, component: Component) -> Iterator[Element]:
        package, id = component.package, self._ids[component.ref]
        hashes = [
            {"type": "Hash", "algorithm": _ALGORITHMS[name], "hashValue": value} for name, value in component.digests.items()
        ]
        cpe = [{"type": "ExternalIdentifier", "externalIdentifierType": "cpe23", "identifier": package.cpe}]
        yield self.element(
            "software_Package",
            id,
            name=package.name or "unnamed",
            **({"software_packageVersion": package.version} if package.version else {}),
            software_packageUrl=full_purl(package),
            **({"software_copyrightText": "\n".join(component.holders)} if component.holders else {}),
            **self._supplied(component.supplier),
            **({"verifiedUsing": hashes} if hashes else {}),
            **({"externalIdentifier": cpe} if package.cpe else {}),
        )
        pairs = sbom_properties.of_package(package)
        pairs += [("path", place.path) for place in package.evidence if place.path]
        pairs += [("licence", name) for name in package.licenses if name]
        yield self._note(id, pairs)
        licences = (("hasDeclaredLicense", component.licence.declared), ("hasConcludedLicense", component.licence.concluded))
        for kind, expression in licences:
            if expression and is_valid(expression):
                yield self._relation(id, kind, [self._licence(expression)])

    def _contained(self) -> Iterator[Element]:
        """Relations of the kind ``contains``: the image contains all components, and a package of the distribution the language
        packages that it owns.
        """
        distribution = ["distribution"] if self.report.inventory.distribution else []
        inside = [*distribution, *self._ids.values()]
        if inside:
            yield self._relation("image", "contains", inside)
        owners = {component.purl: self._ids[component.ref] for component in reversed(self.content.components)}
        owned: dict[str, list[str]] = {}
        for component in self.content.components:
            owner = owners.get(component.package.owned_by or "")
            if owner and owner != self._ids[component.ref]:
                owned.setdefault(owner, []).append(self._ids[component.ref])
        for owner, ids in owned.items():
            yield self._relation(owner, "contains", ids)

    def _dependencies(self) -> Iterator[Element]:
        top = [self._ids[ref] for ref in top_level(self.content.components)] if self.content.detailed else []
        if top:
            yield self._relation("image", "dependsOn", top)
        for component in self.content.components:
            if component.needs:
                yield self._relation(self._ids[component.ref], "dependsOn", [self._ids[ref] for ref in component.needs])

    def _relation(self, one: str, kind: str, others: Sequence[str]) -> Element:
        return self.element(
            "Relationship",
            f"{one}-{kind}",
            **{"from": self.space + one},
            relationshipType=kind,
            to=[self.space + other for other in others],
        )

    def _note(self, subject: str, pairs: list[tuple[str, str]]) -> Element:
        clean = [(name, value.encode("utf-8", "replace").decode()) for name, value in pairs]
        return self.element(
            "Annotation",
            f"{subject}-annotation",
            annotationType="other",
            subject=self.space + subject,
            statement=sbom_properties.PREFIX + msgspec.json.encode(clean).decode(),
        )

    def _supplied(self, name: str) -> Element:
        return {"suppliedBy": self.space + self._agent(name)} if name else {}

    def _agent(self, name: str) -> str:
        return self._agents.setdefault(_LINE.sub(" ", name), f"supplier-{len(self._agents)}")

    def _licence(self, expression: str) -> str:
        return self._licences.setdefault(expression, f"licence-{len(self._licences)}")


REPORTER = Reporter(
    name="spdx3",
    media_type="application/spdx+json; version=3.0.1",
    write=write,
    description="packages as an SBOM (SPDX 3.0.1)",
    with_places=False,
    with_details=True,
)
