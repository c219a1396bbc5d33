import io
import zipfile

import pytest
from tests.support.reading import read_all, read_files

from careen.catalogers.python import CATALOGER

SITE = "usr/lib/python3/dist-packages"


def one(path, text):
    [package] = read_all(CATALOGER, {path: text})
    return package


def archive(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in members.items():
            file.writestr(name.replace("__", "/").replace("_info", "-info"), text)
    return stream.getvalue()


@pytest.mark.parametrize(
    "path",
    [
        f"{SITE}/Flask-1.0.dist-info/METADATA",
        f"{SITE}/Flask-1.0.egg-info/PKG-INFO",
        f"{SITE}/Flask-1.0-py3.11.egg-info",
        f"{SITE}/Flask-1.0-py3.11.egg/EGG-INFO/PKG-INFO",
        "Flask-1.0.dist-info/METADATA",
    ],
)
def test_every_place_of_metadata_is_read(path):
    package = one(path, b"Metadata-Version: 2.1\nName: Flask\nVersion: 1.0\n\nA text\nName: other\n")
    assert (package.name, package.version, package.confidence, package.purl) == ("Flask", "1.0", 1.0, "pkg:pypi/flask@1.0")
    assert [evidence.path for evidence in package.evidence] == [path]


def test_other_files_of_these_folders_are_not_read():
    assert not read_all(CATALOGER, {f"{SITE}/a-1.dist-info/top_level.txt": b"a", f"{SITE}/METADATA": b"Name: a\nVersion: 1\n"})


@pytest.mark.parametrize(
    ("folder", "name", "version"),
    [
        ("ruamel.yaml-0.17.21.dist-info/METADATA", "ruamel.yaml", "0.17.21"),
        ("zope.interface-5.0-py3.9-linux-x86_64.egg-info/PKG-INFO", "zope.interface", "5.0"),
    ],
)
def test_the_folder_supplies_what_metadata_lacks(folder, name, version):
    package = one(f"{SITE}/{folder}", b"Metadata-Version: 1.0\nName: UNKNOWN\n")
    assert (package.name, package.version) == (name, version)
    assert package.confidence < 0.9


def test_a_package_without_any_version_is_listed_without_one():
    package = one(f"{SITE}/no-version-py3.8.egg-info", b"Metadata-Version: 1.0\nName: no-version\n")
    assert (package.name, package.version) == ("no-version", "")
    assert package.confidence < 0.5


@pytest.mark.parametrize(
    "text",
    [
        b"Name: z\xff\xfe\nVersion\n",
        b"",
        b"\0" * 5000,
        b"Name: a b\nVersion: 1\n",
        b"Name: a\nVersion: 1\x1b[31m\n",
        b"Name: -\n",
    ],
)
def test_garbage_becomes_an_unknown_and_never_a_package(text):
    reading = read_files(
        CATALOGER, {f"{SITE}/z.dist-info/METADATA": text, f"{SITE}/b-2.dist-info/METADATA": b"Name: b\nVersion: 2\n"}
    )
    assert [package.name for package in reading.packages] == ["b"]
    assert [unknown.evidence.path for unknown in reading.unknowns] == [f"{SITE}/z.dist-info/METADATA"]


@pytest.mark.parametrize(
    ("fields", "licenses"),
    [
        (
            "License-Expression: MIT OR Apache-2.0\nLicense: x\nClassifier: License :: OSI Approved :: BSD License",
            ("MIT OR Apache-2.0",),
        ),
        ("License: BSD\nClassifier: License :: OSI Approved :: BSD License", ("BSD License",)),
        (
            "Classifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: MIT License\n"
            "Classifier: License :: Public Domain",
            ("MIT License", "Public Domain"),
        ),
        ("License: PSF-2.0\nClassifier: Topic :: Software", ("PSF-2.0",)),
        ("License: UNKNOWN", ()),
        ("License: Copyright\n  all of the text", ()),
    ],
)
def test_licenses(fields, licenses):
    assert one(f"{SITE}/a-1.dist-info/METADATA", f"Name: a\nVersion: 1\n{fields}\n".encode()).licenses == licenses


def test_record_lists_the_files_of_the_package():
    record = (
        b'a/__init__.py,sha256=x,12\n"a/b,""c"".py",,\n../../../bin/a,,\n/etc/a.conf,,\na/__pycache__/b.cpython-311.pyc,,\n\n'
    )
    reading = read_files(
        CATALOGER,
        {
            "opt/lib/python3.11/site-packages/a-1.dist-info/METADATA": b"Name: a\nVersion: 1\n",
            "opt/lib/python3.11/site-packages/a-1.dist-info/RECORD": record,
        },
    )
    [owned] = reading.owned
    assert (owned.name, owned.version) == ("a", "1")
    site = "opt/lib/python3.11/site-packages"
    assert owned.paths == (f"{site}/a/__init__.py", f'{site}/a/b,"c".py', "opt/bin/a", "etc/a.conf")


def test_installed_files_are_relative_to_their_own_folder():
    files = {
        "s/a.egg-info/PKG-INFO": b"Name: a\nVersion: 1\n",
        "s/a.egg-info/installed-files.txt": b"../a/x.py\nPKG-INFO\n../../../../../up\n",
    }
    [owned] = read_files(CATALOGER, files).owned
    assert owned.paths == ("s/a/x.py", "s/a.egg-info/PKG-INFO", "up")


def test_a_record_alone_shows_the_package_and_owns_nothing():
    reading = read_files(CATALOGER, {"s/a-1.dist-info/RECORD": b"a.py,,\n", "s/b.dist-info/RECORD": b"b.py,,\n"})
    assert not reading.owned
    [package] = reading.packages
    assert (package.name, package.version, package.confidence) == ("a", "1", 0.7)


def test_a_package_whose_metadata_cannot_be_read_is_named_by_its_folder():
    files = {"s/a-1.dist-info/METADATA": b"Name: -\nVersion: 1\n", "s/a-1.dist-info/RECORD": b"a.py,,\n"}
    reading = read_files(CATALOGER, files)
    assert [(one.name, one.version) for one in reading.packages] == [("a", "1")]
    assert len(reading.unknowns) == 1


def test_the_same_package_in_two_places_is_found_twice():
    text = b"Name: a\nVersion: 1\n"
    found = read_all(CATALOGER, {"x/a-1.dist-info/METADATA": text, "y/a-1.dist-info/METADATA": text})
    assert [package.evidence[0].path for package in found] == ["x/a-1.dist-info/METADATA", "y/a-1.dist-info/METADATA"]


def test_bundled_wheels_and_zipped_eggs():
    wheel = archive(**{"pip__x.py": "", "pip-23.0.1.dist_info__METADATA": "Name: pip\nVersion: 23.0.1\n"})
    egg = archive(**{"EGG-INFO__PKG-INFO": "Name: old\nVersion: 0.5\n"})
    found = read_all(
        CATALOGER,
        {
            "usr/local/lib/python3.11/ensurepip/_bundled/pip-23.0.1-py3-none-any.whl": wheel,
            "usr/share/python-wheels/pip-23.0.1-py3-none-any.whl": wheel,
            "site-packages/old-0.5-py2.7.egg": egg,
            "root/.cache/wheels/pip-23.0.1-py3-none-any.whl": b"PK\3\4 not installed, not read",
            "usr/share/python-wheels/README": b"text",
        },
    )
    assert {(package.name, package.version, package.evidence[0].path.split("/")[0]) for package in found} == {
        ("pip", "23.0.1", "usr"),
        ("old", "0.5", "site-packages"),
    }
    assert len(found) == 3


@pytest.mark.parametrize("data", [b"PK\3\4 and no more", archive(**{"x.py": "pass"})])
def test_a_bundled_wheel_that_cannot_be_read_is_an_unknown(data):
    assert len(read_files(CATALOGER, {"usr/share/python-wheels/a-1-py3-none-any.whl": data}).unknowns) == 1


@pytest.mark.parametrize("folder", ["", "site-packages__", ".deps__Flask-1.0-py3-none-any.whl__"])
def test_an_application_in_one_archive(folder):
    members = {
        f"{folder}Flask-1.0.dist_info__METADATA": "Name: Flask\nVersion: 1.0\n",
        f"{folder}Click-8.0.dist_info__METADATA": "Name: Click\nVersion: 8.0\n",
        "run.py": "",
    }
    program = b"#!/usr/bin/env python3\n" + archive(**members)
    files = {"app/run.pyz": program, "app/other.pyz": b"#!/bin/sh\nexec x\n", "app/plain.pyz": archive(**{"run.py": ""})}
    reading = read_files(CATALOGER, files)
    assert [(package.name, package.version, package.confidence) for package in reading.packages] == [
        ("Flask", "1.0", 0.9),
        ("Click", "8.0", 0.9),
    ]
    assert [unknown.evidence.path for unknown in reading.unknowns] == ["app/other.pyz"]
