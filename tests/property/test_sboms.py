"""An SBOM that Careen wrote gives the findings of its inventory."""

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.generated import examples
from tests.support.matching import advisory, info, run
from tests.support.reports import usual

from careen.formats.packages.purl_package import full_purl, package_of
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Distribution, Evidence, Package, Source
from careen.plugins import ReportOptions
from careen.reports import cyclonedx as cyclonedx_report
from careen.reports import spdx as spdx_report
from careen.sboms import cyclonedx, spdx, syft

FORMATS = {"cyclonedx": (cyclonedx_report.REPORTER, cyclonedx.read), "spdx": (spdx_report.REPORTER, spdx.read)}
DISTRIBUTION = Distribution("debian", "12", "bookworm", ("linux",), "Debian GNU/Linux 12 (bookworm)")
RECORDS = (
    info(),
    info("PyPI", "osv"),
    info("Go", "osv"),
    *(advisory(f"CVE-2026-{number}", f"{number}.0", package=name) for number, name in enumerate(("openssl", "zlib", "a+b"), 2)),
    *(advisory(f"CVE-2026-1{number}", "3", namespace, "Thing") for number, namespace in enumerate(("PyPI", "Go"))),
)

NAMES = st.sampled_from(["openssl", "zlib", "a+b", "Thing", "x@y", "\u00fc", "with space", "a_b"])
VERSIONS = st.sampled_from(["1.0", "2.5", "3.1", "10"])
PATHS = st.sampled_from(["var/lib/dpkg/status", "opt/app/x.jar!/inner.jar", "usr/lib/\u00e9", "a:b"])
PLACES = st.lists(st.builds(Evidence, PATHS, st.integers(0, 3)), min_size=1, max_size=3, unique=True)


@st.composite
def packages(draw):
    type = draw(st.sampled_from(["deb", "pypi", "golang", "npm", "maven", "generic"]))
    name, version, namespace, source, arch, distro = draw(NAMES), draw(VERSIONS), None, None, None, None
    match type:
        case "deb":
            name, namespace, arch, distro = name.lower(), "debian", "amd64", "debian-12"
            source = Source(draw(st.sampled_from(["openssl", "zlib", "a+b"])), draw(VERSIONS))
            version = draw(st.sampled_from(["", "1:"])) + version
        case "golang":
            name = draw(st.sampled_from(["", "example.org/", "github.com/x/"])) + name
        case "npm":
            name = draw(st.sampled_from(["", "@scope/"])) + name.lower()
        case "maven":
            name = f"org.example:{name}"
    return Package(
        type, namespace, name, version, source, arch, distro,
        licenses=tuple(draw(st.lists(st.sampled_from(["MIT", "GPL-2+ and others"]), max_size=2, unique=True))),
        maintainer=draw(st.sampled_from([None, "Ann <ann@example.org>"])),
        cataloger="some",
        confidence=draw(st.sampled_from([1.0, 0.6, 0.3])),
        presence=draw(st.sampled_from(["present", "partial", "absent", "shadowed", "declared"])),
        vendor=draw(st.sampled_from(["distribution", "third_party", "unknown"])),
        cpe=draw(st.sampled_from([None, "cpe:2.3:a:x:y:1.0:*:*:*:*:*:*:*"])),
        evidence=tuple(sorted(draw(PLACES), key=lambda place: (place.layer, place.path))),
    )  # fmt: skip


@st.composite
def inventories(draw):
    found = {package.purl: package for package in draw(st.lists(packages(), max_size=6))}
    owners = [purl for purl, package in found.items() if package.type == "deb"]
    if owners:
        for purl, package in found.items():
            if package.type != "deb" and draw(st.booleans()):
                found[purl] = replace(package, owned_by=draw(st.sampled_from(owners)))
    unknowns = draw(st.lists(st.builds(Unknown, NAMES, st.builds(Evidence, PATHS, st.integers(0, 3)), NAMES, st.booleans())))
    listed = tuple(found[purl] for purl in sorted(found))
    return Inventory(draw(st.sampled_from([DISTRIBUTION, None])), listed, tuple(unknowns), draw(st.integers(0, 99)), 3)


def written(reporter, inventory):
    stream = io.StringIO()
    report = replace(usual(), inventory=inventory, unknowns=inventory.unknowns, findings=(), suppressed=())
    reporter.write(report, stream, ReportOptions())
    return stream.getvalue().encode()


@pytest.mark.parametrize("name", FORMATS)
@examples(150)
@given(inventory=inventories())
def test_what_was_written_reads_back(name, inventory):
    reporter, read = FORMATS[name]
    found = read(written(reporter, inventory))
    assert sorted(found.inventory.packages, key=repr) == sorted(inventory.packages, key=repr)
    distribution = found.inventory.distribution
    assert inventory.distribution is None or distribution == inventory.distribution
    assert set(found.inventory.unknowns) == set(inventory.unknowns)
    assert (found.inventory.files, found.inventory.unowned_executables) == (inventory.files, inventory.unowned_executables)
    assert [layer.digest for layer in found.layers] == [layer.digest for layer in usual().image.layers]
    assert found.digest == usual().image.digest
    same = run(found.inventory.packages, RECORDS, distribution).findings
    assert same == run(inventory.packages, RECORDS, inventory.distribution or distribution).findings


def test_the_records_affect_some_package():
    package = Package("deb", "debian", "zlib1g", "1.0", Source("zlib", "1.0"), "amd64", "debian-12", vendor="distribution")
    assert run((package,), RECORDS, DISTRIBUTION).findings


@given(packages())
def test_a_package_url_keeps_what_advisories_go_by(package):
    found = package_of(full_purl(package), (package.name,))
    assert (found.purl, found.name, found.version, found.module) == (
        package.purl,
        package.name,
        package.version,
        package.module,
    )
    assert found.source == package.source


KEYS = """components metadata component properties name value purl type version licenses license evidence occurrences
packages externalRefs annotations comment relationships @graph artifacts source artifactRelationships"""
SHAPES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3) | st.sampled_from(["pkg:npm/a@1", "library"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4),
    max_leaves=20,
)


@given(SHAPES, st.sampled_from(["cyclonedx", "spdx", "syft", "graph"]))
def test_any_shape_is_read_or_refused(part, kind):
    head = {"cyclonedx": {"bomFormat": "CycloneDX"}, "spdx": {"spdxVersion": "SPDX-2.3"}, "graph": {"@graph": [part]},
            "syft": {"descriptor": {"name": "syft"}, "artifacts": [part]}}[kind]  # fmt: skip
    document = head | (part if isinstance(part, dict) else {"components": [part], "packages": [part]})
    read = {"cyclonedx": cyclonedx.read, "syft": syft.read}.get(kind, spdx.read)
    with contextlib.suppress(ValueError):
        assert read(json.dumps(document).encode()).inventory is not None
