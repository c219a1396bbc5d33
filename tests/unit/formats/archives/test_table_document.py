import json

import pytest
from tests.support.images import sha256
from tests.support.table_layers import chunked, stargz

from careen.formats.archives.table_document import CHUNKED, STARGZ_DIGEST, document_of, has_table

FILES = {"etc/os-release": b"ID=debian\n", "srv/app": b"x" * 5000}
LAYERS = {"stargz": stargz(FILES), "chunked": chunked(FILES)}


def document(layer, annotations=None, stored=None):
    data = layer.stored if stored is None else stored
    return document_of(
        layer.annotations if annotations is None else annotations, len(data), lambda start, stop: data[start:stop]
    )


@pytest.mark.parametrize("name", LAYERS)
def test_the_table_and_where_it_begins(name):
    found, begin = document(LAYERS[name])
    assert [entry["name"] for entry in json.loads(found)["entries"]] == list(FILES)
    assert max(entry["offset"] for entry in json.loads(found)["entries"]) < begin < len(LAYERS[name].stored)
    assert has_table(LAYERS[name].annotations)


def test_the_older_name_of_the_annotations():
    layer = LAYERS["chunked"]
    older = {name.replace(*CHUNKED): value for name, value in layer.annotations.items()}
    assert has_table(older)
    assert document(layer, older) == document(layer)


@pytest.mark.parametrize("annotations", [{}, {"org.example": "x"}, {f"{CHUNKED[0]}checksum": "sha256:" + "0" * 64}])
def test_without_a_statement_in_the_manifest_there_is_no_table(annotations):
    with pytest.raises(ValueError, match="states no table"):
        document(LAYERS["chunked"], annotations)


@pytest.mark.parametrize("name", LAYERS)
def test_another_digest(name):
    layer = LAYERS[name]
    annotations = {key: sha256(b"") if value.startswith("sha256:") else value for key, value in layer.annotations.items()}
    with pytest.raises(ValueError, match="another digest than the manifest states"):
        document(layer, annotations)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda stored: stored[:-60], "footer of eStargz"),
        (lambda stored: b"", "footer of eStargz"),
        (lambda stored: stored[:-35] + b"zzzz" + stored[-31:], "invalid literal"),
        (lambda stored: stored[:-35] + b"-001" + stored[-31:], "footer of eStargz"),
        (lambda stored: stored[:-35] + b"ffff" + stored[-31:], "no table lies from"),
        (lambda stored: stored[:-35] + b"0" * 16 + stored[-19:], "no table lies at the position that the footer states"),
    ],
)
def test_a_footer_that_leads_nowhere(change, message):
    layer = LAYERS["stargz"]
    with pytest.raises(ValueError, match=message):
        document(layer, stored=change(layer.stored))


@pytest.mark.parametrize(
    ("position", "message"),
    [
        ("", "states no table"),
        ("1:2:3", "not the position"),
        ("1:2:3:x", "not the position"),
        ("-1:2:3:1", "not the position"),
        ("1:2:3:2", "a table of type 2"),
        ("1:2:99999999999:1", "with 99999999999 bytes"),
        ("1:999999:3:1", "no table lies from 1"),
        ("9" * 18 + ":2:3:1", "no table lies from"),
        ("9" * 19 + ":2:3:1", "not the position"),
        ("0:0:3:1", "no table lies from 0"),
    ],
)
def test_a_position_that_leads_nowhere(position, message):
    layer = LAYERS["chunked"]
    with pytest.raises(ValueError, match=message):
        document(layer, {**layer.annotations, f"{CHUNKED[0]}position": position})


def test_a_table_of_another_size_than_the_manifest_states():
    layer = LAYERS["chunked"]
    position = layer.annotations[f"{CHUNKED[0]}position"]
    begin, stored, made, kind = position.split(":")
    with pytest.raises(ValueError, match="another size"):
        document(layer, {**layer.annotations, f"{CHUNKED[0]}position": f"{begin}:{stored}:{int(made) + 1}:{kind}"})


def test_a_stargz_table_needs_its_digest():
    with pytest.raises(ValueError, match="states no table"):
        document(LAYERS["stargz"], {STARGZ_DIGEST: ""})
