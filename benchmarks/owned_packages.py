"""How often a vulnerability of a distribution's Java, Ruby, Python and Node package is one that the distribution has fixed.

    apt-get download ruby-rack libjsch-java …       into .cache/owned/trixie, or another folder
    python benchmarks/owned_packages.py .cache/owned/trixie --release 13

Makes an image of the .deb files of a folder, as dpkg would install them, scans it with ``careen`` (the command of
``--careen``), and labels each vulnerability that a gate counts by the changelog in its .deb, read by code of its own:
``false`` if an item of the changelog names it and does not take a fix back, if it is about a library that the makers of
the package put into their own builds, or if a package of the same name has the version of the fix; ``unknown`` if entries
of its year and older were removed; else ``true``.

``--save FILE`` writes the findings with their labels, ``--before FILE`` reads those of an earlier run and lists each
true one that the gate no longer counts. ``--no-docs`` leaves /usr/share/doc out, as slim images do; ``--no-database``
leaves dpkg's database out.
Exit code 1 if more than 5 % are false, or if a true one is lost.
"""

import argparse
import collections
import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

BAR = 0.05
KINDS = ("maven", "gem", "pypi", "npm", "generic")
TAKEN_BACK = re.compile(r"revert|incomplete|not\s+affected|not\s+vulnerable|not\s+fixed|unaffected", re.IGNORECASE)
NEWEST = re.compile(r"\((\S+)\)")
REMOVED = re.compile(r"^# (?:Older entries have been removed|For older changelog entries)", re.MULTILINE)
YEAR = re.compile(r"^ -- .*> .*\b(20\d\d)\b", re.MULTILINE)
IN_WHEELS = re.compile(r"(?:packaged|vendored|bundled) lib|included in \w+ wheels", re.IGNORECASE)
NAME = re.compile(r"(?:CVE|CAN)[-=_ ]?(?=(?:19|20)\d\d-\d{4})|GHSA-", re.ASCII)
REST = re.compile(r"[\w-]+", re.ASCII)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("debs", type=Path)
    parser.add_argument("--release", default="13")
    parser.add_argument("--careen", default=".venv/bin/careen")
    parser.add_argument("--no-docs", action="store_true")
    parser.add_argument("--no-database", action="store_true")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args()
    debs = sorted(options.debs.glob("*.deb"))
    with tempfile.TemporaryDirectory() as folder:
        layout = Path(folder)
        logs, owners = write_image(layout, debs, options.release, options)
        scan = (options.careen, "scan", str(layout), "--offline", "--scanners", "vuln", "--format", "json")
        done = subprocess.run(scan, capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        print(done.stderr.decode(errors="replace"), file=sys.stderr)
        return 2
    report = json.loads(done.stdout)
    labelled = label(report, logs, owners)
    return show(labelled, report, options)


def label(report: dict, logs: dict[str, str], owner_of: dict[str, str]) -> list[dict]:
    """The vulnerabilities of owned language packages, with the label that the owner's changelog gives."""
    owners: dict[str, set[str]] = {}
    declared = set()
    fixed = {name: fixed_in(text) for name, text in logs.items()}
    since = {name: removed_until(text) for name, text in logs.items()}
    versions = {name: NEWEST.search(text)[1] for name, text in logs.items() if text}
    for package in report["packages"]:
        if package["presence"] == "declared":
            declared.add(package["purl"])
        if package["type"] != "deb":
            places = {place["path"].partition("!/")[0] for place in package["evidence"]}
            owners.setdefault(package["purl"], set()).update(owner_of[path] for path in places if path in owner_of)
    found = []
    for entry in report["findings"]:
        names = owners.get(entry.get("package", ""), ())
        if entry["kind"] != "vulnerability" or not names:
            continue
        cves = {one for one in (entry["id"], *entry["aliases"]) if one.startswith("CVE-")}
        ids = cves or {entry["id"]}
        is_fixed = any(ids & fixed.get(name, set()) for name in names) or IN_WHEELS.search(entry["summary"])
        is_fixed = is_fixed or any(has_fix(name, versions.get(name, ""), entry) for name in names)
        year = min((int(cve[4:8]) for cve in cves), default=int((entry["published"] or "2000")[:4]))
        is_unknown = any(year <= since.get(name, 9999) for name in names)
        found.append(
            {
                "id": entry["id"],
                "package": entry["package"],
                "owners": sorted(names),
                "gates": entry["confidence"] != "possible" and entry["package"] not in declared,
                "label": "false" if is_fixed else "unknown" if is_unknown else "true",
                "reason": entry["reason"],
            }
        )
    return found


def has_fix(name: str, version: str, entry: dict) -> bool:
    """Whether the package of the distribution is of the language package's name, and of a version with the fix."""
    upstream = version.partition(":")[2] or version
    upstream = upstream.rpartition("-")[0].rpartition("really")[2]
    artifact = re.sub("[^a-z]", "", entry["package_name"].rpartition(":")[2].rpartition("/")[2].lower())
    plain = re.sub("[^a-z]", "", re.sub("^(?:lib|python3-|ruby-|node-)|-java$", "", name))
    fixes = entry["fix"]["versions"]
    if not fixes or not plain or not artifact.startswith(plain):
        return False
    compare = ("dpkg", "--compare-versions", upstream, "ge")
    return all(subprocess.run((*compare, fix), check=False, capture_output=True).returncode == 0 for fix in fixes)


def show(labelled: list[dict], report: dict, options: argparse.Namespace) -> int:
    counted = [entry for entry in labelled if entry["gates"]]
    by_kind = collections.Counter((kind_of(entry), entry["label"]) for entry in counted)
    for kind in KINDS:
        wrong, right, unknown = (by_kind[kind, name] for name in ("false", "true", "unknown"))
        print(f"{kind:6} gating {wrong + right + unknown:4}  false {wrong:4}  true {right:4}  unknown {unknown:4}")
    false = sum(entry["label"] == "false" for entry in counted)
    share = false / len(counted) if counted else 0.0
    print(f"all    gating {len(counted):4}  false {false:4}  {share:.1%}; possible {len(labelled) - len(counted)}, "
          f"suppressed {len(report.get('suppressed', ()))}")  # fmt: skip
    for entry in counted:
        if entry["label"] == "false":
            print(f"  false: {entry['id']} {entry['package']} of {', '.join(entry['owners'])}: {entry['reason']}")
    lost = _lost(counted, json.loads(options.before.read_text())) if options.before else []
    for entry in lost:
        print(f"  lost: {entry['id']} {entry['package']} of {', '.join(entry['owners'])}: {entry['reason']}")
    if options.save:
        options.save.write_text(json.dumps(labelled, indent=1))
    return 1 if share > BAR or lost else 0


def _lost(counted: list[dict], before: list[dict]) -> list[dict]:
    here = {(entry["id"], entry["package"]) for entry in counted}
    return [
        entry for entry in before if entry["gates"] and entry["label"] == "true" and (entry["id"], entry["package"]) not in here
    ]


def kind_of(entry: dict) -> str:
    return entry["package"].removeprefix("pkg:").partition("/")[0]


# --- the changelogs ---------------------------------------------------------------------------------------------------


def fixed_in(changelog: str) -> set[str]:
    """The CVEs of a changelog that an item names without taking a fix back."""
    found = set()
    item = ""
    for line in [*changelog.splitlines(), "* end"]:
        if line.lstrip().startswith(("*", "-", "+", "[")) or not line.startswith(" "):
            if not TAKEN_BACK.search(item):
                found |= {
                    f"{name[0][:4].replace('CAN', 'CVE').rstrip('-=_ ')}-{rest(item, name)}" for name in NAME.finditer(item)
                }
            item = ""
        item += f" {line.strip()}"
    return found


def rest(item: str, name: re.Match[str]) -> str:
    return REST.match(item, name.end())[0].rstrip("-")


def removed_until(changelog: str) -> int:
    """The year of the oldest entry, if older ones were removed; 0 if none were."""
    years = YEAR.findall(changelog)
    return (int(years[-1]) if years else 9999) if REMOVED.search(changelog) else 0


# --- the image --------------------------------------------------------------------------------------------------------


def write_image(
    layout: Path, debs: list[Path], release: str, options: argparse.Namespace
) -> tuple[dict[str, str], dict[str, str]]:
    """The layout with one layer. Returns the changelog of each package, and the package of each path."""
    logs: dict[str, str] = {}
    links: dict[str, str] = {}
    status = []
    layer = io.BytesIO()
    seen: dict[str, str] = {}
    with tarfile.open(fileobj=layer, mode="w") as out:
        add(out, "etc/debian_version", release.encode())
        add(out, "etc/os-release", f'ID=debian\nVERSION_ID="{release}"\nPRETTY_NAME="Debian {release}"\n'.encode())
        for deb in debs:
            control, name, sums = control_of(deb)
            status.append(control.replace(f"Package: {name}\n", f"Package: {name}\nStatus: install ok installed\n", 1))
            paths = []
            with tarfile.open(fileobj=io.BytesIO(run("dpkg-deb", "--fsys-tarfile", str(deb)))) as data:
                for member in data:
                    member.name = member.name.removeprefix("./")
                    paths.append(f"/{member.name}".rstrip("/") or "/.")
                    content = data.extractfile(member) if member.isreg() else None
                    text = content.read() if content else b""
                    if member.name.startswith("usr/share/doc/"):
                        note(name, member, text, logs, links)
                        if options.no_docs:
                            continue
                    if member.isdir() or member.name in seen:
                        continue
                    seen[member.name] = name
                    out.addfile(member, io.BytesIO(text) if content else None)
            if options.no_database:
                continue
            add(out, f"var/lib/dpkg/info/{name}.list", "".join(f"{path}\n" for path in paths).encode())
            add(out, f"var/lib/dpkg/info/{name}.md5sums", sums)
        if not options.no_database:
            add(out, "var/lib/dpkg/status", "\n".join(status).encode())
    write_layout(layout, layer.getvalue())
    for name, other in links.items():
        logs.setdefault(name, logs.get(other, ""))
    return logs, seen


def note(name: str, member: tarfile.TarInfo, text: bytes, logs: dict[str, str], links: dict[str, str]) -> None:
    folder, _, file = member.name.removeprefix("usr/share/doc/").partition("/")
    if folder == name and member.issym() and not file:
        links[name] = member.linkname.rpartition("/")[2]
    elif folder == name and member.isreg() and (file == "changelog.Debian.gz" or (file == "changelog.gz" and name not in logs)):
        logs[name] = gzip.decompress(text).decode(errors="replace")


def control_of(deb: Path) -> tuple[str, str, bytes]:
    """The paragraph of a package, its name, and its checksums."""
    control, sums = "", b""
    with tarfile.open(fileobj=io.BytesIO(run("dpkg-deb", "--ctrl-tarfile", str(deb)))) as members:
        for member in members:
            content = members.extractfile(member)
            if content and member.name.removeprefix("./") == "control":
                control = content.read().decode(errors="replace").rstrip("\n") + "\n"
            elif content and member.name.removeprefix("./") == "md5sums":
                sums = content.read()
    found = re.search(r"^Package: (\S+)$", control, re.MULTILINE)
    return control, found[1] if found else deb.name.partition("_")[0], sums


def write_layout(layout: Path, layer: bytes) -> None:
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(data: bytes, media_type: str) -> dict:
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{media_type}", "digest": f"sha256:{digest}", "size": len(data)}

    stored = blob(layer, "layer.v1.tar")
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [stored["digest"]]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(config).encode(), "config.v1+json"),
        "layers": [stored],
    }
    index = {"schemaVersion": 2, "manifests": [blob(json.dumps(manifest).encode(), "manifest.v1+json")]}
    (layout / "index.json").write_text(json.dumps(index))
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def add(out: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o644
    out.addfile(member, io.BytesIO(data))


def run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


if __name__ == "__main__":
    sys.exit(main())
