"""Writes ``src/careen/validation/schemas/*.zst`` from the published schemas.

    pip download --no-deps cyclonedx-python-lib csaf       (CycloneDX's JSON and XML schemas; CSAF, CVSS, SSVC, CWE)
    npm pack @appthreat/cdx-proto                          (CycloneDX's protocol buffers)
    apt-get download golang-github-opencontainers-image-spec-dev
    python benchmarks/validation/make_schemas.py UNPACKED_FOLDER SPDX_AND_OPENVEX_FOLDER

Each file is a JSON object, by the address or name that references use. ``schemas/NOTICE`` states whose each schema is.
"""

import argparse
import itertools
import json
import re
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from careen.licences.library import zstd

TARGET = Path("src/careen/validation/schemas")
DRAFT = "https://json-schema.org/draft/2020-12/schema"
META = "meta.json"  # of CSAF and CVSS: a dialect, which adds only that formats are asserted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path)
    parser.add_argument("specifications", type=Path)
    asked = parser.parse_args()
    packages, others = asked.packages, asked.specifications
    cyclonedx = packages / "cyclonedx/schema/_res"
    csaf = packages / "csaf/csaf"
    write("cyclonedx-json", _cyclonedx_json(cyclonedx))
    write("cyclonedx-xml", {path.name.replace(".SNAPSHOT", ""): _xsd(path) for path in sorted(cyclonedx.glob("*.xsd"))})
    write("cyclonedx-proto", messages(next(packages.rglob("bom-1.7.proto")).read_text()))  # has all that earlier ones have
    write("csaf-2.0", _csaf(csaf / "v20/schema"))
    write("csaf-2.1", _csaf(csaf / "v21/schema"))
    lists = {"cwe": _cwe(csaf / "v21/cwe/catalog.json"), "ssvc": _ssvc(csaf / "v21/ssvc/catalog.json")}
    write("csaf-lists", lists | {"languages": _languages(packages / "csaf/bcp47/registry.json")})
    version_2 = _with_both_spellings(_read(others / "spdx-2.3.schema.json"))
    write("spdx", {"2.3": version_2, "3.0": _read(others / "spdx3/schema.json")})
    write("openvex", {"0.2.0": _read(others / "openvex/openvex-0.2.0.schema.json")})
    write("oci", {path.name: _oci(path) for path in sorted(packages.rglob("image-spec/schema/*.json"))})


def write(name: str, content: dict[str, Any]) -> None:
    data = zstd().compress(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode(), level=22)
    (TARGET / f"{name}.zst").write_bytes(data)
    print(f"{name}: {len(content)} parts, {len(data):,} bytes")


def _cyclonedx_json(folder: Path) -> dict[str, Any]:
    """Of versions with a strict schema, that one: the other lets unknown fields pass."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        name = path.name.replace(".SNAPSHOT", "")
        found[name] = _without_texts(json.loads(path.read_text().replace(".SNAPSHOT", "")))
        found[name].pop("$id", None)
    strict = [name for name in found if "-strict" in name]
    return found | {name.replace("-strict", ""): found.pop(name) for name in strict}


def _xsd(path: Path) -> str:
    """Without annotations, which are most of the file."""
    text = re.sub(r"<xs:annotation>.*?</xs:annotation>", "", path.read_text().replace(".SNAPSHOT", ""), flags=re.DOTALL)
    return re.sub(r"\n\s+", "\n", re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))


def _csaf(folder: Path) -> dict[str, Any]:
    found = {}
    for path in sorted(folder.rglob("*.json")):
        if "extensions" in path.parts or "_strict" in path.name or path.name in (META, "cvss-meta.json"):
            continue
        schema = _read(path)
        address = (schema.get("$id") or schema["id"]).partition("?")[0].rstrip("#")
        schema["$id" if "$id" in schema else "id"] = address
        if schema["$schema"].endswith(META):
            schema["$schema"] = DRAFT
        if "cvss" in address:  # further properties are the matter of a recommended test, 6.2.20
            schema.pop("unevaluatedProperties", None)
        found[address] = schema
    return found


def _with_both_spellings(schema: Any) -> Any:
    """SPDX 2.2 writes PACKAGE_MANAGER where 2.3 writes PACKAGE-MANAGER."""
    if isinstance(schema, list):
        return [_with_both_spellings(entry) for entry in schema]
    if isinstance(schema, dict):
        found = {key: _with_both_spellings(value) for key, value in schema.items()}
        if all(isinstance(word, str) and word.isupper() for word in found.get("enum", [1])):
            found["enum"] = sorted({*found["enum"], *(word.replace("-", "_") for word in found["enum"])})
        return found
    return schema


def _oci(path: Path) -> Any:
    """Without ids, by which references inside would be resolved."""
    text = re.sub(r'"(?:id|\$schema)": "http[^"]*",?', "", path.read_text())
    return _without_texts(json.loads(re.sub(r",(\s*})", r"\1", text)))


def _read(path: Path) -> Any:
    return _without_texts(json.loads(path.read_text()))


def _without_texts(schema: Any) -> Any:
    """Without the descriptions: those of properties named so are schemas, not texts."""
    if isinstance(schema, list):
        return [_without_texts(entry) for entry in schema]
    if isinstance(schema, dict):
        texts = ("description", "meta:enum", "examples", "$comment", "title", "deprecated")
        return {
            key: _without_texts(value)
            for key, value in schema.items()
            if key not in texts or (isinstance(value, dict) and key != "meta:enum")
        }
    return schema


def _cwe(path: Path) -> dict[str, Any]:
    """For each weakness its names, each with the version of the list from which it has it."""
    found = json.loads(path.read_text())
    return {
        "versions": found["versions"],
        "names": {number: weakness["history"] for number, weakness in found["weaknesses"].items()},
    }


def _ssvc(path: Path) -> dict[str, Any]:
    """{namespace: {key: {version: [name, {key of a value: its name}]}}}"""
    found = json.loads(path.read_text())["namespaces"]
    return {
        namespace: {
            key: {
                version: [one["name"], {value["key"]: value["name"] for value in one["values"]}]
                for version, one in point["versions"].items()
            }
            for key, point in content["decision_points"].items()
        }
        for namespace, content in found.items()
    }


def _languages(path: Path) -> dict[str, Any]:
    """{kind of subtag: the subtags}, in lower case; ``whole``: tags that are registered as a whole."""
    found = json.loads(path.read_text())
    kinds = {}
    for kind in ("language", "extlang", "script", "region", "variant"):
        private = [subtag for first, last in found["ranges"].get(kind, ()) for subtag in _between(first, last)]
        kinds[kind] = sorted({*map(str.lower, found[kind]), *private})
    return kinds | {"whole": sorted(tag.lower() for kind in ("grandfathered", "redundant") for tag in found.get(kind, ()))}


def _between(first: str, last: str) -> list[str]:
    """qaa, qab, … qtz"""
    letters = itertools.product(string.ascii_lowercase, repeat=len(first))
    return [word for word in map("".join, letters) if first.lower() <= word <= last.lower()]


FIELD = re.compile(r"(optional\s+|repeated\s+)?([A-Za-z_][\w.]*)\s+([a-z_]\w*)\s*=\s*\d+")


def messages(text: str) -> dict[str, Any]:
    """{"messages": {name: {field: [type, how often, oneof]}}, "enums": {name: values}} of a .proto file, names in full."""
    found: dict[str, Any] = {"messages": {}, "enums": {}}
    scopes: list[tuple[str, str]] = []
    for statement in re.findall(r"[^{};]*[{};]", re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)):
        words, end = statement[:-1].strip(), statement[-1]
        if end == "{":
            kind, _, name = words.partition(" ")
            scopes.append((kind, name.strip()))
            if kind in ("message", "enum"):
                found[f"{kind}s"][_full(scopes)] = {} if kind == "message" else []
        elif end == "}":
            scopes.pop()
        elif scopes and scopes[-1][0] == "enum" and (value := re.match(r"([A-Z_0-9a-z]+)\s*=", words)):
            found["enums"][_full(scopes)].append(value[1])
        elif scopes and scopes[-1][0] in ("message", "oneof") and (field := FIELD.match(words)):
            choice = scopes[-1][1] if scopes[-1][0] == "oneof" else ""
            found["messages"][_full(scopes)][field[3]] = [field[2], (field[1] or "").strip(), choice]
    return found


def _full(scopes: Iterable[tuple[str, str]]) -> str:
    return ".".join(name for kind, name in scopes if kind in ("message", "enum"))


if __name__ == "__main__":
    main()
