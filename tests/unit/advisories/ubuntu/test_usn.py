"""Which source package a notice is about, and files that are no notices."""

import pytest

from careen.advisories.ubuntu.usn import records, source_of


@pytest.mark.parametrize(
    ("title", "binaries", "source"),
    [
        ("USN-1-1 -- libkeel vulnerability", ["libkeel-4", "libkeel-dev"], "libkeel"),
        ("USN-1-1 -- Sextant vulnerabilities", ["sextant", "libsextant2", "sextant-doc"], "sextant"),
        ("USN-1-1 -- Sextant vulnerabilities", ["sextant2.0", "libsextant2.0"], "sextant2.0"),
        ("USN-1-1 -- Sails, Masts, and Spars regression", ["spars", "libspars1"], "spars"),
        ("USN-1-1 -- Sail Maker vulnerability", ["sail-maker", "libneedle1"], "sail-maker"),
        ("USN-1-1 -- Ship C Library vulnerability", ["libc77", "ship-bin"], ""),
        ("USN-1-1 -- libkeel vulnerability", ["libkeelson-4", "libkeel-dev"], ""),
        ("no title", [], ""),
    ],
)
def test_the_source_package(title, binaries, source):
    assert source_of(title, binaries) == source


NOTICE = """<o><definition id="oval:com.ubuntu.jammy:def:1" class="patch"><metadata><title>USN-1-1 -- keel vulnerability</title>
<reference source="USN" ref_id="{id}"/></metadata><criteria><criterion test_ref="{test}"/></criteria></definition>
<dpkginfo_test id="t"><object object_ref="o"/><state state_ref="s"/></dpkginfo_test>
<dpkginfo_object id="o"><name var_ref="{variable}"/></dpkginfo_object>
<dpkginfo_state id="s"><evr operation="less than">0:1.2-3</evr></dpkginfo_state>
<constant_variable id="v"><value>keel</value><value>../x</value></constant_variable></o>"""


def kinds(tmp_path, id="USN-1-1", test="t", variable="v"):
    (tmp_path / "file").write_text(NOTICE.format(id=id, test=test, variable=variable))
    return [type(one).__name__ for one in records(tmp_path / "file")]


def test_a_test_leads_to_names_and_a_version(tmp_path):
    assert kinds(tmp_path) == ["Advisory", "VulnerabilityRecord", "NamespaceInfo"]


def test_broken_references_are_ignored(tmp_path):
    assert kinds(tmp_path, test="u") == kinds(tmp_path, variable="w") == []


def test_a_notice_without_an_id_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no usable id"):
        kinds(tmp_path, id="USN-x")


@pytest.mark.parametrize("text", ["<o/>", "", "no XML", "<!DOCTYPE o [<!ENTITY a 'b'>]><o>&a;</o>"])
def test_other_files_are_refused(tmp_path, text):
    (tmp_path / "file").write_text(text)
    with pytest.raises(ValueError, match=r"."):
        list(records(tmp_path / "file"))
