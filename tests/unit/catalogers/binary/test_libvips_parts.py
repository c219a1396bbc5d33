import pytest
from tests.support.reading import read_all

from careen.catalogers.binary import CATALOGER

PLACE = "app/node_modules/@img/sharp-libvips-linux-x64/versions.json"


def test_the_libraries_in_libvips():
    found = read_all(CATALOGER, {PLACE: b'{"aom": "3.9.1", "cgif": "0.4.1", "tiff": "072ca92", "xml2": "2.13.4", "odd": 7}'})
    assert [(one.name, one.version, one.cpe) for one in found] == [
        ("libaom", "3.9.1", "cpe:2.3:a:aomedia:aomedia:3.9.1:*:*:*:*:*:*:*"),
        ("cgif", "0.4.1", None),
        ("libxml2", "2.13.4", "cpe:2.3:a:xmlsoft:libxml2:2.13.4:*:*:*:*:*:*:*"),
    ]


def test_other_files_of_this_name_are_not_read():
    assert not read_all(CATALOGER, {"app/versions.json": b'{"aom": "3.9.1"}'})


def test_a_damaged_file():
    with pytest.raises(ValueError):
        read_all(CATALOGER, {PLACE: b"[1]"})
