"""The readers of package databases against rpm itself: the same database, the same packages and files."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from tests.support.reading import read_files

from careen.catalogers.rpm import CATALOGER

if not (shutil.which("rpm") and shutil.which("rpmbuild")):
    pytest.skip("no rpm and rpmbuild here: tests against them are skipped", allow_module_level=True)

SPEC = """
Name: {name}
Version: 1.2~rc1
Release: 3%{{?x}}.el9
{more}
Summary: {name} for tests
License: MIT and Apache-2.0
Vendor: Example Linux
BuildArch: noarch
%description
A package.
%package -n lib{name}
Summary: its library
Version: 4.5
%description -n lib{name}
A library.
%install
mkdir -p %{{buildroot}}/usr/share/{name}/empty %{{buildroot}}/usr/lib/{name}
for i in 1 2 3; do echo x > "%{{buildroot}}/usr/share/{name}/file $i"; done
echo x > %{{buildroot}}/usr/lib/{name}/ünïcode.so
ln -s file %{{buildroot}}/usr/lib/{name}/link
%files
%ghost /var/log/{name}.log
/usr/share/{name}
%files -n lib{name}
/usr/lib/{name}
"""
QUERY = r"%{NAME}\t%{EPOCHNUM}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{MODULARITYLABEL}\n"
FILES = r"[%{=NAME}\t%{FILENAMES}\t%{FILEMODES:perms}\t%{FILEFLAGS:fflags}\n]"


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout


@pytest.fixture(scope="module")
def rpms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rpms")
    for name, more in (("plain", ""), ("epochal", "Epoch: 7"), ("modular", "ModularityLabel: modular:1:20240101:abcd")):
        spec = folder / f"{name}.spec"
        spec.write_text(SPEC.format(name=name, more=more))
        run("rpmbuild", "-bb", "--quiet", "--nodeps", "-D", f"_topdir {folder}/{name}", "-D", f"_rpmdir {folder}", str(spec))
    return sorted(str(path) for path in folder.glob("*/*.rpm"))


def install(root: Path, backend: str, rpms):
    options = ["--justdb", "--nodeps", "--nosignature", "--nodigest", "--noscripts", "--force", "--ignoreos", "--ignorearch"]
    run("rpm", "-D", f"_db_backend {backend}", "--root", str(root), "--dbpath", "/var/lib/rpm", "-i", *options, *rpms)


def query(root: Path, backend: str, form: str):
    text = run("rpm", "-D", f"_db_backend {backend}", "--root", str(root), "--dbpath", "/var/lib/rpm", "-qa", "--qf", form)
    return [line.split("\t") for line in text.splitlines()]


def ours(root: Path):
    database = root / "var/lib/rpm"
    files = {f"var/lib/rpm/{path.name}": path.read_bytes() for path in database.iterdir() if path.is_file()}
    return read_files(CATALOGER, files)


def compare(root: Path, backend: str, reading):
    assert not reading.unknowns
    rows = query(root, backend, QUERY)
    assert sorted((p.name, p.version, p.arch, p.module or "(none)") for p in reading.packages) == sorted(
        (name, evr if epoch == "0" else f"{epoch}:{evr}", arch, module) for name, epoch, evr, arch, _, module in rows
    )
    sources = {row[0]: row[4] for row in rows}
    for package in reading.packages:
        version = package.source.version.rpartition(":")[2]
        assert f"{package.source.name}-{version}.src.rpm" == sources[package.name]
        assert package.maintainer == "Example Linux"
        assert package.licenses == ("MIT and Apache-2.0",)
    listed = {
        (name, path.lstrip("/"))
        for name, path, permissions, flags in query(root, backend, FILES)
        if not permissions.startswith("d") and "g" not in flags
    }
    assert listed
    assert {(owned.name, path) for owned in reading.owned for path in owned.paths} == listed


@pytest.mark.parametrize("backend", ["sqlite", "ndb"])
def test_same_packages_and_files(tmp_path, rpms, backend):
    install(tmp_path, backend, rpms)
    compare(tmp_path, backend, ours(tmp_path))


def test_packages_that_are_still_in_the_log(tmp_path, rpms):
    """Rows that rpm wrote come into the database with its log open; what rpm sees of both files, we see."""
    install(tmp_path / "all", "sqlite", rpms)
    install(tmp_path / "few", "sqlite", rpms[:2])
    few, everything = (tmp_path / name / "var/lib/rpm/rpmdb.sqlite" for name in ("few", "all"))
    connection = sqlite3.connect(few, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("ATTACH ? AS other", (str(everything),))
        connection.execute("DELETE FROM Packages WHERE hnum = 1")
        connection.execute(
            "INSERT INTO Packages SELECT o.hnum + 100, o.blob FROM other.Packages o JOIN other.Name n USING (hnum)"
            " WHERE n.key NOT IN (SELECT m.key FROM main.Name m JOIN main.Packages USING (hnum))"
        )
        assert len(ours(tmp_path / "few").packages) == len(rpms) == 6
        assert few.with_name("rpmdb.sqlite-wal").stat().st_size > 0
        compare(tmp_path / "all", "sqlite", ours(tmp_path / "few"))
    finally:
        connection.close()
