"""Properties of a package and an inventory that an SBOM format has no fields for, as names and texts, and back.

The writers of CycloneDX and SPDX store these with each package, the readers restore them, so that a document that
Careen wrote gives the same findings as its image. Names are ``careen:…`` if a format needs a namespace.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from careen.model.image import Image
from careen.model.integrity import FileCounts, Integrity, ModifiedFile
from careen.model.inventory import Inventory, OwnerFiles, OwnerRead, Program, ProgramRead, Unknown
from careen.model.origin import Origin
from careen.model.package import Distribution, Evidence, Package, Presence, Source, Vendor
from careen.safety.typed import from_json

PREFIX = "careen:"
MAX_UNKNOWNS = 10_000
DERIVED = "derived"  # a supplier that the package's own metadata do not state
# What a second pass has read, and the functions in programs, by the name of the property: the field of the inventory, and the
# type of its values.
_READS: dict[str, tuple[str, Any]] = {
    "owner_files": ("owner_files", OwnerFiles),
    "owner_read": ("owners_read", OwnerRead),
    "program_read": ("programs_read", ProgramRead),
    "program": ("programs", Program),
}
_PRESENCES: tuple[Any, ...] = get_args(Presence)
_VENDORS: tuple[Any, ...] = get_args(Vendor)


def of_package(package: Package) -> list[tuple[str, str]]:
    """The properties of a package. ``layer`` is the layer of its first place; ``layers`` has one per place, if they
    differ."""
    pairs = [("presence", package.presence), ("vendor", package.vendor), ("cataloger", package.cataloger)]
    if package.owned_by:
        pairs.append(("owned_by", package.owned_by))
    if package.evidence:
        layers = [str(place.layer) for place in package.evidence]
        pairs.append(("layer", layers[0]))
        if len(set(layers)) > 1:
            pairs.append(("layers", ",".join(layers)))
    if package.source:
        pairs += [("source", package.source.name), ("source_version", package.source.version)]
    if package.module:
        pairs.append(("module", package.module))
    if package.confidence != 1.0:
        pairs.append(("confidence", f"{package.confidence:g}"))
    if not package.maintainer:
        pairs.append(("supplier", DERIVED))
    if package.origin:
        pairs.append(("origin", _encoded(package.origin)))
    return pairs


def restored(package: Package, known: Mapping[str, str], paths: Sequence[str]) -> Package:
    """The package with its properties restored; invalid ones are ignored.

    ``known`` includes ``maintainer`` and ``cpe``, for which formats have fields of their own.
    """
    changes: dict[str, Any] = {"evidence": _evidence(known, paths)}
    if known.get("presence") in _PRESENCES:
        changes["presence"] = known["presence"]
    if known.get("vendor") in _VENDORS:
        changes["vendor"] = known["vendor"]
    if known.get("source"):
        changes["source"] = Source(known["source"], known.get("source_version", ""))
    for name in ("owned_by", "module", "cataloger", "cpe"):
        if known.get(name):
            changes[name] = known[name]
    if known.get("maintainer") and known.get("supplier") != DERIVED:
        changes["maintainer"] = known["maintainer"]
    changes["confidence"] = _confidence(known.get("confidence", ""))
    changes["origin"] = next(iter(_decoded(known["origin"], Origin)), None) if "origin" in known else None
    return replace(package, **changes)


def of_inventory(inventory: Inventory, unknowns: Iterable[Unknown] = ()) -> list[tuple[str, str]]:
    """The properties of an inventory. ``unknowns`` are those of a report beyond the inventory's; those of whole
    layers come first, as gates depend on them."""
    distribution = inventory.distribution
    pairs = [("files", str(inventory.files)), ("unowned_executables", str(inventory.unowned_executables))]
    if distribution:
        fields = [distribution.id, distribution.version, distribution.codename, distribution.pretty_name, *distribution.id_like]
        pairs.append(("distribution", _json(fields)))
    pairs += [("unidentified", _json([path])) for path in inventory.unidentified]
    if inventory.created:
        pairs.append(("created", inventory.created))
    pairs += [("owned", _json([path])) for path in inventory.owned]
    if inventory.no_package_database:
        pairs.append(("no_package_database", "true"))
    pairs += [("modified", _json([file.path, file.package, file.layer, file.mode])) for file in inventory.integrity.modified]
    if inventory.integrity.programs:
        pairs.append(("verified", _json([inventory.integrity.verified, inventory.integrity.without_digest])))
    if files := inventory.integrity.files:
        pairs.append(("verified_files", _json(list(msgspec.structs.astuple(files)))))
    if inventory.sbom_tool is not None:
        pairs.append(("sbom_tool", inventory.sbom_tool))
    for read in _READS:
        pairs += [(read, _encoded(value)) for value in getattr(inventory, _READS[read][0])]
    together = dict.fromkeys((*inventory.unknowns, *unknowns))
    for unknown in sorted(together, key=lambda unknown: not unknown.whole_layer)[:MAX_UNKNOWNS]:
        place = unknown.evidence
        values = [unknown.cataloger, place.path, place.layer, unknown.reason, unknown.whole_layer, unknown.code]
        pairs.append(("unknown", _json(values)))
    return pairs


def of_layers(image: Image) -> list[tuple[str, str]]:
    """One pair per layer, in order: digest, a blank, and the diff ID from the configuration."""
    return [("image_layer", f"{layer.digest} {layer.diff_id}") for layer in image.layers if layer.digest or layer.diff_id]


def inventory_with(
    packages: Iterable[Package],
    pairs: Iterable[tuple[str, str]],
    distribution: Distribution | None,
    faults: Iterable[Unknown],
    tool: str = "",
) -> Inventory:
    """The inventory of a document, with these packages and the properties in ``pairs``.

    ``distribution`` comes from the format's own fields; ``faults`` are the unreadable parts of the document; ``tool``
    made it, according to its own fields. Careen's documents have the number of files.
    """
    unknowns = list(faults)
    paths: dict[str, list[str]] = {"unidentified": [], "owned": []}
    modified: list[ModifiedFile] = []
    known: dict[str, str] = {}
    reads: dict[str, list[Any]] = {field: [] for field, _ in _READS.values()}
    for name, value in pairs:
        if name == "unknown":
            unknowns += _unknown(value)
        elif name == "modified":
            modified += _modified(value)
        elif name in _READS:
            field, kind = _READS[name]
            reads[field] += _decoded(value, kind)
        elif name in paths:
            paths[name] += [path for path in _list(value) if isinstance(path, str)]
        else:
            known.setdefault(name, value)
    fields = _list(known.get("distribution", ""))
    if len(fields) >= 4 and all(isinstance(part, str) for part in fields) and fields[0]:
        distribution = Distribution(fields[0], fields[1], fields[2], tuple(fields[4:]), fields[3])
    return Inventory(
        distribution,
        tuple(packages),
        tuple(unknowns),
        _number(known.get("files")),
        _number(known.get("unowned_executables")),
        unidentified=tuple(paths["unidentified"]),
        owned=tuple(paths["owned"]),
        created=known.get("created", ""),
        integrity=_integrity(known.get("verified", ""), modified, known.get("verified_files", "")),
        no_package_database=known.get("no_package_database") == "true",
        sbom_tool=known.get("sbom_tool") if "files" in known else tool,
        owner_files=tuple(reads["owner_files"]),
        owners_read=tuple(reads["owners_read"]),
        programs_read=tuple(reads["programs_read"]),
        programs=tuple(reads["programs"]),
    )


def _evidence(known: Mapping[str, str], paths: Sequence[str]) -> tuple[Evidence, ...]:
    layers = [_number(text) for text in known.get("layers", "").split(",") if text]
    if len(layers) != len(paths):
        layers = [_number(known.get("layer"))] * len(paths)
    places = (Evidence(path, layer) for path, layer in zip(paths, layers, strict=True))
    found = tuple(dict.fromkeys(places))
    return found or ((Evidence("", _number(known["layer"])),) if "layer" in known else ())


def _unknown(value: str) -> list[Unknown]:
    match _list(value):
        case [str(cataloger), str(path), int(layer), str(reason), bool(whole), str(code)]:
            return [Unknown(cataloger, Evidence(path, max(layer, 0)), reason, whole, code=code)]
        case [str(cataloger), str(path), int(layer), str(reason), bool(whole)]:  # written before unknowns had codes
            return [Unknown(cataloger, Evidence(path, max(layer, 0)), reason, whole)]
    return []


def _modified(value: str) -> list[ModifiedFile]:
    match _list(value):
        case [str(path), str(package), int(layer), int(mode)]:
            return [ModifiedFile(path, package, max(layer, 0), mode & 0o7777)]
    return []


def _integrity(counts: str, modified: Iterable[ModifiedFile], of_files: str) -> Integrity:
    files = None
    match _list(of_files):
        case [int(verified), int(changed), int(without_digest), int(unread)]:
            files = FileCounts(*(max(count, 0) for count in (verified, changed, without_digest, unread)))
    match _list(counts):
        case [int(verified), int(without_digest)]:
            return Integrity(max(verified, 0), max(without_digest, 0), tuple(modified), files)
    return Integrity(modified=tuple(modified), files=files)


def _decoded(text: str, kind: Any) -> list[Any]:
    """A list of the decoded value, or an empty one if the text is damaged."""
    try:
        return [from_json(text.encode(), kind)]
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        return []


def _list(text: str) -> list[Any]:
    try:
        found = msgspec.json.decode(text) if text else []
    except (msgspec.MsgspecError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _encoded(value: Any) -> str:
    """The value as JSON; "" if it contains a name that is not Unicode, which no document can hold."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return ""


def _json(value: list[Any]) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # names that are not Unicode
        clean = [part.encode("utf-8", "replace").decode() if isinstance(part, str) else part for part in value]
        return msgspec.json.encode(clean).decode()


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _confidence(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return 1.0
    return found if 0.0 <= found <= 1.0 else 1.0
