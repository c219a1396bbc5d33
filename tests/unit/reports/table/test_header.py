"""What was scanned, at the head of the table."""

import pytest
from msgspec.structs import replace
from tests.support.reports import DIGEST, LIBSSL, clean, faulty, usual

from careen.model.advisory import DatabaseInfo, SourceInfo
from careen.model.exposure import AttackPath, AttackPaths, PathNode, PathStep
from careen.model.image import BaseImage
from careen.model.integrity import FileCounts, Integrity, ModifiedFile
from careen.model.inventory import Inventory
from careen.model.package import Distribution
from careen.plugins import ReportOptions
from careen.reports.table.header import header_lines


def header(report, width=0):
    return ["".join(text for text, _ in line) for line in header_lines(report, ReportOptions(width=width))]


def test_attack_paths_are_counted():
    web = PathNode("web", "container", True)
    path = AttackPath("high", 9.0, (PathStep(0, 0, "port 80"),))
    found = AttackPaths(("compose.yaml", "\x1b[2J"), (web,), (path,), 3, True)
    text = " ".join(line.strip() for line in header(replace(clean(), exposure=found)))
    assert "3 attack paths through containers of this image in compose.yaml, " in text
    assert ", the worst high (--format html draws them)" in text
    assert "\x1b" not in text
    none = header(replace(clean(), exposure=AttackPaths(("a",), (), (), 0, False)))
    assert "  0 attack paths through the containers in a, and perhaps more (--format html draws them)" in none


def test_an_image():
    assert header(usual()) == [
        "registry.example/shop/service:1.4",
        f"  {DIGEST}",
        "  linux/amd64, Debian GNU/Linux 12 (bookworm), supported until 2028-06-30",
        "  based on debian:12, by its label",
        "  3 layers, 20,312 files, 5 packages: 3 deb, 1 maven, 1 pypi",
        "",
    ]


def test_what_was_verified():
    def lines(integrity):
        report = usual()
        inventory = replace(report.inventory, integrity=integrity)
        return [line.strip() for line in header(replace(report, inventory=inventory)) if "verified" in line]

    changed = ModifiedFile("usr/bin/x", "pkg:deb/debian/x@1", 0, 0o755)
    assert lines(Integrity()) == []
    assert lines(Integrity(1204, 105, (changed,))) == [
        "1,204 of 1,310 program files verified, 1 modified, 105 without a digest"
    ]
    assert lines(Integrity(2, files=FileCounts(9000, 3, 0, 1))) == [
        "2 of 2 program files verified",
        "9,000 of 9,004 files of packages verified, 3 modified, 1 not read",
    ]


def test_the_reference_that_was_opened():
    report = clean()
    opened = replace(report, image=replace(report.image, opened="registry:x", digest=""))
    assert header(opened)[:2] == ["registry.example/shop/service:1.4", "  opened as registry:x"]


def distribution(**changes):
    report = replace(clean(), **changes)
    return header(replace(report, image=replace(report.image, platform=None)))[2].strip()


def test_distributions():
    assert distribution(inventory=Inventory(None, ())) == "no distribution recognised"
    assert distribution(inventory=Inventory(Distribution("x", "1"), ()), end_of_life=None) == "x 1"
    today = clean().created[:10]
    assert distribution(end_of_life=today).endswith(f"supported until {today}")
    assert distribution(end_of_life="2026-11-23").endswith("out of support since 2026-11-23")


@pytest.mark.parametrize(
    ("base", "text"),
    [
        (BaseImage("debian:12", None, 1, "label"), "based on debian:12 (layer 0), by its label"),
        (BaseImage("debian:12", None, 3, "known layers"), "based on debian:12 (layers 0 to 2)"),
        (BaseImage(None, None, 2, "history"), "layers 0 to 1 from its base image, by its history"),
    ],
)
def test_base_images(base, text):
    assert f"  {text}" in header(replace(clean(), base=base))


def test_the_day_is_that_of_the_data_which_assessed_the_packages():
    sources = (SourceInfo("alpine", "2020-05-29", 1), SourceInfo("debian", "2026-11-23", 1))
    report = replace(clean(), database=DatabaseInfo("", "", sources))
    assert [line for line in header(report) if "advisory" in line] == ["  oldest advisory data: 2026-11-23"]
    nothing = replace(report, coverage=replace(report.coverage, data_of=None))
    assert [line for line in header(nothing) if "advisory" in line] == []


def test_source_files():
    declared = replace(faulty(), inventory=Inventory(None, (LIBSSL, replace(LIBSSL, version=""))))
    assert header(declared) == ["shop", "  2 files checked", "  2 packages will be installed, 1 in a known version", ""]
    assert header(faulty()) == ["shop", "  2 files checked", ""]


def test_lines_fit():
    report = usual()
    long = replace(report, image=replace(report.image, reference="x" * 200))
    assert max(map(len, header(long, 80))) <= 80
    assert len(header(long)[0]) == 200
