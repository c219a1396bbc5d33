"""What Careen alone finds in an image, each checked against the image's bytes by means that share no code with it.

    python benchmarks/extras.py LAYOUT REPORT.json OTHER.json...   REPORT: careen inventory LAYOUT --format json
                                                                   OTHER: syft -o json, trivy image --list-all-pkgs -f json

Up to 50 packages of each image that no other inventory names, evenly spread over Careen's catalogers, are looked up where
Careen reports them: the file must be visible in the squashed image, and its bytes (those of the member,
inside of an archive) or its path must contain the name and the version. Exit code 1 if one is not confirmed.
"""

import argparse
import collections
import io
import json
import re
import sys
import tarfile
import zipfile
from pathlib import Path

LIMIT = 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout", type=Path)
    parser.add_argument("report", type=Path)
    parser.add_argument("others", type=Path, nargs="+")
    parser.add_argument("--all", action="store_true", help=f"all of them, not {LIMIT}")
    options = parser.parse_args()
    known = {key for other in options.others for key in keys_of(json.loads(other.read_text()))}
    packages = json.loads(options.report.read_text())["packages"]
    extras = [package for package in packages if key(package["purl"], package["name"], package["version"]) not in known]
    chosen = extras if options.all else spread(extras)
    files = visible_files(options.layout, {first(one)["path"].partition("!/")[0] for one in chosen})
    outcome: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    doubtful = []
    for package in chosen:
        evidence = first(package)
        reason = doubt(package, evidence["path"], files.get(evidence["path"].partition("!/")[0]))
        outcome[package["cataloger"]][bool(reason)] += 1
        if reason:
            doubtful.append(f"  {package['purl']}: {evidence['path']} (layer {evidence['layer']}): {reason}")
    counts = ", ".join(f"{name} {good}/{good + bad}" for name, (good, bad) in sorted(outcome.items()))
    print(f"{options.layout.name}: {len(extras)} that no other names, {len(chosen)} checked: {counts or 'none'}")
    print(*doubtful, sep="\n", end="\n" if doubtful else "")
    return 1 if doubtful else 0


def keys_of(document: dict) -> set[tuple[str, str, str]]:
    """(type, name, version) of an inventory of Syft or Trivy."""
    found = {key(one.get("purl") or "", one["name"], one["version"]) for one in document.get("artifacts") or ()}
    for result in document.get("Results") or ():
        for one in result.get("Packages") or ():
            version = (one.get("Version") or "") + (f"-{one['Release']}" if one.get("Release") else "")
            version = f"{one['Epoch']}:{version}" if one.get("Epoch") else version
            found.add(key((one.get("Identifier") or {}).get("PURL") or "", one["Name"], version))
    return found


def key(purl: str, name: str, version: str) -> tuple[str, str, str]:
    """How each tool writes the same package, brought together."""
    kind = re.match(r"pkg:([\w.-]+)/", purl)
    name = re.sub(r"[-_.]+", "-", name).lower() if kind and kind[1] == "pypi" else name
    name = name.rpartition(":")[2] if kind and kind[1] == "maven" else name
    version = re.sub(r"^(?:0:|v(?=\d)|go(?=\d))", "", version).replace("UNKNOWN", "").replace("(devel)", "")
    return kind[1] if kind else "?", name, version


def first(package: dict) -> dict:
    return package["evidence"][0]


def spread(packages: list[dict]) -> list[dict]:
    """As many of each cataloger as there is room for, at even distances."""
    groups: dict[str, list[dict]] = collections.defaultdict(list)
    for package in packages:
        groups[package["cataloger"]].append(package)
    chosen: list[dict] = []
    for number, group in enumerate(sorted(groups.values(), key=len)):
        share = min(len(group), (LIMIT - len(chosen)) // (len(groups) - number))
        chosen += [group[at * len(group) // share] for at in range(share)]
    return chosen


def visible_files(layout: Path, wanted: set[str]) -> dict[str, bytes]:
    """Those of the files that are there once all layers lie upon each other; a hard link has the bytes of its target."""
    index = json.loads((layout / "index.json").read_text())
    manifest = json.loads(blob(layout, index["manifests"][0]["digest"]).read_text())
    found: dict[str, bytes] = {}
    for layer in manifest["layers"]:
        here: dict[str, bytes] = {}
        links: dict[str, str] = {}
        for again in range(2):
            with tarfile.open(blob(layout, layer["digest"])) as archive:
                for entry in archive:
                    path = entry.name.removeprefix("./").strip("/")
                    if not again:
                        hide(found, path, entry.isdir())
                    if entry.islnk() and path in wanted:
                        links[path] = entry.linkname.removeprefix("./")
                    elif entry.isfile() and (path in wanted or (again and path in links.values())):
                        stream = archive.extractfile(entry)
                        here[path] = stream.read() if stream else b""
            if not links:
                break
        found.update({path: data for path, data in here.items() if path in wanted})
        found.update({path: here[target] for path, target in links.items() if target in here})
    return found


def hide(found: dict[str, bytes], path: str, is_folder: bool) -> None:
    """Forgets what an entry of a layer above removes: by a whiteout, an opaque folder, or by being there itself."""
    folder, _, name = path.rpartition("/")
    if name == ".wh..wh..opq":
        gone, below = "", f"{folder}/"
    elif name.startswith(".wh."):
        gone = f"{folder}/{name[4:]}".lstrip("/")
        below = f"{gone}/"
    elif is_folder:
        gone, below = path, "\0"
    else:
        gone, below = path, f"{path}/"
    for known in [one for one in found if one == gone or one.startswith(below)]:
        del found[known]


def blob(layout: Path, digest: str) -> Path:
    return layout / "blobs" / digest.replace(":", "/")


def doubt(package: dict, path: str, data: bytes | None) -> str:
    """Why the package may not be there; "" if name and version are found."""
    if data is None:
        return "no such file is visible"
    try:
        data = member(data, path.split("!/")[1:])
    except (zipfile.BadZipFile, KeyError) as error:
        return f"not in the archive: {error}"
    texts = data + b"\n" + path.encode() + b"\n" + listing(data)
    name = re.split(r"[:/]", package["name"])[-1].lower()
    folded = re.sub(rb"[-_. ]+", b"-", texts.lower() + texts.lower().replace(b"\0", b""))
    if re.sub(r"[-_. ]+", "-", name).encode() not in folded and not spelt(package, folded):
        return "its name is not there"
    version = re.sub(r"^v(?=\d)", "", package["version"].partition(":")[2] or package["version"])
    if package["cataloger"] == "rust":
        return "" if f"{package['name']}-{version}/".encode() in data.replace(b"\\", b"/") else "no path of its sources"
    written = (version, version.partition("+")[0], version.replace(".", "_"), f"go{version}")
    narrow = texts + b"\n" + texts.replace(b"\0", b"")  # of texts with two bytes a letter
    if any(re.search(rb"(?<![0-9.])" + re.escape(one.encode()) + rb"(?!\.?[0-9])", narrow) for one in written):
        return ""
    return "its version is not there"


def spelt(package: dict, folded: bytes) -> bool:
    """Programs that call themselves otherwise."""
    if ".Runtime." in package["name"]:  # a shared framework, by the name of the package that holds it
        return all(part.replace(".", "-").lower().encode() in folded for part in package["name"].split(".Runtime."))
    others = {"openjdk": b"java", "glibc": b"gnu-c-library", "go": b"go1-", "stdlib": b"go1-"}
    return others.get(package["name"], b"\0") in folded if package["name"] in others else False


def member(data: bytes, names: list[str]) -> bytes:
    for name in names:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(name)
    return data


def listing(data: bytes) -> bytes:
    """Of an archive: names of members, and the metadata that identifies it."""
    if not data.startswith(b"PK\3\4"):
        return b""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        metadata = [one for one in names if one.endswith(("METADATA", "MANIFEST.MF", "pom.properties", "pom.xml", "PKG-INFO"))]
        return "\n".join(names).encode() + b"\n".join(archive.read(one) for one in metadata)


if __name__ == "__main__":
    sys.exit(main())
