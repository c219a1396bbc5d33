import gzip

import pytest

from careen.formats.feeds.updateinfo import records, updates
from careen.model.advisory import PassedOver

PACKAGE = '<package name="a" version="1" release="2" epoch="{epoch}" arch="{arch}"/>'


def update(id="FEDORA-2099-0a1b2c", type="security", references="", builds="", text="", severity="Important"):
    return (
        f'<update type="{type}"><id>{id}</id><title>t</title><severity>{severity}</severity>'
        '<issued date="2099-01-02 03:04:05"/>'
        f"<description>{text}</description><references>{references}</references><pkglist>{builds}</pkglist></update>"
    )


def read(tmp_path, *parts, pack=lambda data: data):
    file = tmp_path / "updateinfo.xml"
    file.write_bytes(pack(f"<updates>{''.join(parts)}</updates>".encode()))
    return list(updates(file, 1 << 20, lambda one: (one,)))


def collection(*architectures, module="", epoch="0"):
    return f"<collection>{module}{''.join(PACKAGE.format(arch=arch, epoch=epoch) for arch in architectures)}</collection>"


@pytest.mark.parametrize(
    ("references", "text", "cves"),
    [
        ('<reference id="CVE-2099-0001" type="cve"/>', "CVE-2099-0009", ("CVE-2099-0001",)),
        (
            '<reference id="77" title="CVE-2099-0001 CVE-2099-0002 a: overflow [fedora-all]"/>',
            "",
            ("CVE-2099-0001", "CVE-2099-0002"),
        ),
        ("", "Fixes CVE-2099-0003.", ("CVE-2099-0003",)),
        ("", "", ()),
    ],
)
def test_cves_by_references_or_by_the_text(tmp_path, references, text, cves):
    (found,) = read(tmp_path, update(references=references, text=text))
    assert (found.cves, found.severity, found.issued) == (cves, "high", "2099-01-02")


def test_an_update_that_fixes_bugs_alone_is_passed_over(tmp_path):
    assert read(tmp_path, update(type="bugfix", text="like CVE-2099-0001"), update(type="enhancement")) == []
    assert len(read(tmp_path, update(type="bugfix", references='<reference id="CVE-2099-0001"/>'))) == 1


def test_modules_and_epochs(tmp_path):
    module = '<module name="m" stream="18" version="8" context="c" arch="x86_64"/>'
    (found,) = read(tmp_path, update(builds=collection("x86_64", module=module, epoch="1") + collection("src")))
    assert found.builds == (("a", "1:1-2", "x86_64", "m:18"), ("a", "1-2", "src", ""))


def test_one_architecture_for_all(tmp_path):
    (found,) = read(tmp_path, update(builds=collection("x86_64", "src")))
    assert [one.arch for one in list(records(found, "s", "os:1", "u"))[:-1]] == [("x86_64",)]
    assert [one.arch for one in list(records(found, "s", "os:1", "u", every_arch=True))[:-1]] == [()]


@pytest.mark.parametrize("id", ["", "NOT-AN-ID", "2099-1", "x y-2099-1"])
def test_an_update_without_a_usable_id(tmp_path, id):
    with pytest.raises(ValueError, match="no usable id"):
        read(tmp_path, update(id=id))
    good, passed_over, other = read(tmp_path, update(), update(id=id), update())
    assert (good.id, isinstance(passed_over, PassedOver)) == (other.id, True)


@pytest.mark.parametrize("id", ["ALAS-2018-939", "ALAS2KERNEL-5.15-2022-001", "ALSA-2023:7549", "FEDORA-EPEL-2018-abe0e978c0"])
def test_ids_of_all_kinds(tmp_path, id):
    assert [one.id for one in read(tmp_path, update(id=id))] == [id]


def test_a_damaged_checksum(tmp_path):
    def pack(data):
        packed = bytearray(gzip.compress(data))
        packed[-6] ^= 0xFF
        return bytes(packed)

    with pytest.raises(ValueError, match="damaged gzip"):
        read(tmp_path, update(), pack=pack)
