import json

import pytest
from tests.support.reading import read_files
from tests.unit.layers.helpers import CATALOGERS, delta_of

from careen.catalogers import content_sets, rpm
from careen.layers.bind import bind
from careen.model.inventory import ContentSets

MANIFEST = "root/buildinfo/content_manifests/lantern-1-2.json"
ALL = (*CATALOGERS, content_sets.CATALOGER, rpm.CATALOGER)


def manifest(*names):
    return json.dumps({"content_sets": list(names)}).encode()


def sets_of(*layers):
    deltas = [delta_of(files, number, ALL) for number, files in enumerate(layers)]
    return bind(deltas, ALL).content_sets


def test_each_manifest_with_its_layer():
    base, other = {MANIFEST: manifest("a-rpms", "b-rpms", "a-rpms")}, "usr/share/buildinfo/content-sets.json"
    assert sets_of(base, {"x": b""}, {other: manifest("c-rpms")}) == (
        ContentSets(("a-rpms", "b-rpms"), 0),
        ContentSets(("c-rpms",), 2),
    )


def test_a_removed_manifest_does_not_count():
    assert sets_of({MANIFEST: manifest("a-rpms")}, {"root/buildinfo/.wh.content_manifests": b""}) == ()


@pytest.mark.parametrize("data", [b"{}", b'{"content_sets": null}', b'{"content_sets": [1, "", null, {}]}'])
def test_other_documents_are_ignored(data):
    assert read_files(content_sets.CATALOGER, {MANIFEST: data}).unknowns == []


@pytest.mark.parametrize("data", [b"", b"[]", b"no json", manifest(*map(str, range(1001)))])
def test_another_file_is_an_unknown(data):
    assert len(read_files(content_sets.CATALOGER, {MANIFEST: data}).unknowns) == 1
