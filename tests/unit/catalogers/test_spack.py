import json

import pytest
from tests.support.reading import read_all, read_files

from careen.catalogers.spack import CATALOGER

FOLDER = "opt/spack/linux-debian12-x86_64/gcc-12.2.0/zlib-1.3.1-abcdef/"


def test_the_first_node_is_the_package():
    nodes = [{"name": "zlib", "version": "1.3.1"}, {"name": "gmake", "version": "4.4.1"}]
    found = read_files(
        CATALOGER, {f"{FOLDER}.spack/spec.json": json.dumps({"spec": {"_meta": {"version": 4}, "nodes": nodes}}).encode()}
    )
    assert [one.purl for one in found.packages] == ["pkg:spack/zlib@1.3.1"]
    assert found.identified == [FOLDER]


def test_the_older_form():
    content = json.dumps({"spec": [{"zlib": {"version": "1.2.11"}}, {"gmake": {"version": "4.3"}}]}).encode()
    assert [one.purl for one in read_all(CATALOGER, {f"{FOLDER}.spack/spec.json": content})] == ["pkg:spack/zlib@1.2.11"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"spec": []}', b'{"spec": {"nodes": [7]}}', b'{"spec": [{"a b": {"version": "1"}}]}']
)
def test_garbage(content):
    with pytest.raises(ValueError):
        read_all(CATALOGER, {f"{FOLDER}.spack/spec.json": content})
