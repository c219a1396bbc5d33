"""Advisories out of another scanner's fixture databases: a tree of buckets, ``data set / package / vulnerability``.

It translates names and constraint texts; ranges, states and matching are the product's own.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from careen.model.advisory import Advisory, Range, Severity, Status

LANGUAGES = {
    "bitnami": "Bitnami", "cargo": "crates.io", "composer": "Packagist", "conan": "ConanCenter", "erlang": "Hex", "go": "Go",
    "julia": "Julia", "maven": "Maven", "npm": "npm", "nuget": "NuGet", "pip": "PyPI", "pub": "Pub", "rubygems": "RubyGems",
    "swift": "SwiftURL",
}  # fmt: skip
DISTRIBUTIONS = {
    "alma": "almalinux", "alpine": "alpine", "amazon linux": "amzn", "Azure Linux": "azurelinux", "CBL-Mariner": "mariner",
    "chainguard": "chainguard", "debian": "debian", "echo": "echo", "fedora": "fedora", "minimos": "minimos",
    "openSUSE Leap": "opensuse-leap", "openSUSE Tumbleweed": "opensuse-tumbleweed", "Oracle Linux": "ol", "Photon OS": "photon",
    "rocky": "rocky", "SUSE Linux Enterprise": "sles", "SUSE Linux Enterprise Micro": "sle-micro", "ubuntu": "ubuntu",
    "wolfi": "wolfi",
}  # fmt: skip
PATCHERS = {"rapidfort": "rapidfort", "root.io": "root", "seal": "seal"}
# Their data sets hold errata alone: an entry without a fixed version states nothing.
ERRATA = frozenset({
    "almalinux", "amzn", "chainguard", "minimos", "ol", "opensuse-leap", "opensuse-tumbleweed", "photon", "rocky", "sles",
    "sle-micro", "wolfi",
})  # fmt: skip
SEVERITIES: tuple[Severity, ...] = ("unknown", "low", "medium", "high", "critical")
STATUSES: tuple[Status, ...] = (
    "open", "not_affected", "open", "fixed", "undetermined", "wont_fix", "deferred", "end_of_life",
)  # fmt: skip

KeyOf = Callable[[str], Callable[[str], tuple] | None]  # by namespace


def read(files: list[Path], key_of: KeyOf) -> list[Advisory]:
    """``key_of(namespace)`` gives the sort key that a complement of ranges needs."""
    trees = [bucket for file in files for bucket in _tree(file)]
    cpes = _cpes(trees)
    found: list[Advisory] = []
    for bucket in trees:
        name = bucket["bucket"]
        if name == "Red Hat":
            found += _red_hat(bucket, cpes)
        elif namespace := _namespace(name):
            for package, id, value in _leaves(bucket):
                found += _advisories(namespace, package, id, value or {}, key_of)
    return found


def _tree(file: Path) -> list[dict]:
    if file.suffix == ".json":
        return json.loads(file.read_text())
    import yaml

    return yaml.load(file.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or []


def _namespace(bucket: str) -> str | None:
    if patched := re.fullmatch(r"(rapidfort|root\.io|seal) (.+?)(?: ([\d.]+))?", bucket):
        vendor, name, release = patched.groups()
        family = {"Red Hat": "rhel"}.get(name, name) + (f":{release}" if release else "")
        return f"{PATCHERS[vendor]}:{family}" if "::" not in bucket else _language(bucket)
    return _language(bucket)


def _language(bucket: str) -> str | None:
    kind, separator, _ = bucket.partition("::")
    if separator:
        return LANGUAGES.get(kind.rpartition(" ")[2])
    name, _, release = bucket.rpartition(" ")
    if name in DISTRIBUTIONS and release[:1].isdigit():
        return f"{DISTRIBUTIONS[name]}:{release}"
    return DISTRIBUTIONS.get(bucket)


def _leaves(bucket: dict) -> Iterator[tuple[str, str, dict | None]]:
    for package in bucket["pairs"]:
        for leaf in package.get("pairs", ()):
            yield package["bucket"], leaf["key"], leaf.get("value")


def _advisories(namespace: str, package: str, id: str, value: dict, key_of: KeyOf) -> Iterator[Advisory]:
    distribution = namespace.partition(":")[0]
    module, separator, name = package.partition("::")
    for entry in value.get("Entries") or [value]:
        if distribution in ERRATA and not entry.get("FixedVersion"):
            continue
        fixed = entry.get("FixedVersion") or None
        affected = entry.get("AffectedVersion") or None
        ranges = (Range(affected, fixed),) if fixed or affected else ()
        if entry.get("VulnerableVersions") or entry.get("PatchedVersions") or entry.get("UnaffectedVersions"):
            ranges = _of_constraints(entry, key_of(namespace))
        if entry.get("Status"):
            status = STATUSES[int(entry["Status"])]
        else:
            status = "fixed" if fixed or "PatchedVersions" in entry else "open"
        yield Advisory(
            id=id,
            source=distribution,
            namespace=namespace,
            package=name if separator else package,
            ranges=() if fixed == "0" else ranges,
            status="not_affected" if fixed == "0" else status,
            aliases=tuple(entry.get("VendorIDs") or value.get("VendorIDs") or ()),
            severity=SEVERITIES[int(entry.get("Severity") or value.get("Severity") or 0)],
            module=module if separator else None,
            arch=tuple(entry.get("Arches") or ()),
        )


def _red_hat(bucket: dict, cpes: dict[int, str]) -> Iterator[Advisory]:
    """Entries apply to products named by CPE, of which the major release is ours."""
    for package, id, value in _leaves(bucket):
        module, separator, name = package.partition("::")
        for entry in (value or {}).get("Entries", ()):
            releases = {found[1] for index in entry.get("Affected", ()) if (found := re.search(r":(\d+)", cpes.get(index, "")))}
            for release in sorted(releases):
                for cve in entry.get("Cves") or [{}]:
                    yield Advisory(
                        id=id,
                        source="redhat",
                        namespace=f"rhel:{release}",
                        package=name if separator else package,
                        ranges=(Range(None, entry["FixedVersion"]),) if entry.get("FixedVersion") else (),
                        status=STATUSES[int(entry["Status"])]
                        if entry.get("Status")
                        else "fixed"
                        if entry.get("FixedVersion")
                        else "open",
                        aliases=(cve["ID"],) if cve.get("ID") else (),
                        severity=SEVERITIES[int(cve.get("Severity", 0))],
                        module=module if separator else None,
                        arch=tuple(entry.get("Arches") or ()),
                    )


def _cpes(trees: list[dict]) -> dict[int, str]:
    pairs = [part for tree in trees if tree["bucket"] == "Red Hat CPE" for part in tree["pairs"] if part["bucket"] == "cpe"]
    return {int(pair["key"]): pair["value"] for part in pairs for pair in part["pairs"]}


def _of_constraints(entry: dict, key: Callable[[str], tuple] | None) -> tuple[Range, ...]:
    vulnerable = entry.get("VulnerableVersions")
    if vulnerable:
        return tuple(range for text in vulnerable for range in _ranges(text))
    fixed = [
        range for name in ("PatchedVersions", "UnaffectedVersions") for text in entry.get(name) or () for range in _ranges(text)
    ]
    return _complement(fixed, key) if key else ()


def _ranges(text: str) -> Iterator[Range]:
    for alternative in text.split("||"):
        low = high = last = None
        after = False
        for operator, version in re.findall(r"(>=|<=|~>|>|<|==|=)?\s*([^\s,<>=|]+)", alternative):
            if operator in (">=", ">"):
                low, after = version, operator == ">"
            elif operator == "<":
                high = version
            elif operator == "<=":
                last = version
            elif operator == "~>":
                low, high = version, _next(version)
            else:
                low = last = version
        yield Range(low, high, last, after)


def _next(version: str) -> str:
    """Where ``~> 4.1.11`` ends: 4.2."""
    parts = [int(part) for part in version.split(".")[:-1] if part.isdigit()] or [int(version.split(".")[0])]
    return ".".join(map(str, [*parts[:-1], parts[-1] + 1]))


def _complement(ranges: list[Range], key: Callable[[str], tuple]) -> tuple[Range, ...]:
    """What lies between ranges whose lower ends are inclusive and whose upper ends are not."""
    gaps: list[Range] = []
    position: str | None = None
    for range in sorted(ranges, key=lambda one: (one.introduced is not None, key(one.introduced) if one.introduced else ())):
        if range.introduced and (position is None or key(position) < key(range.introduced)):
            gaps.append(Range(position, range.introduced))
        if range.fixed is None:
            return tuple(gaps)
        position = range.fixed
    return (*gaps, Range(position))
