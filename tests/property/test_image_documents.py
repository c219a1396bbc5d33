"""Any content of a manifest, an index, a configuration or a reference: it is read, or it is an error with a reason."""

import json

from hypothesis import given
from hypothesis import strategies as st

from careen.errors import InputError
from careen.images.manifest import bind_layers, created_by, is_digest, is_index, parse_config, parse_index, parse_manifest
from careen.images.names import parse_reference

DIGEST = st.just("sha256:" + "a" * 64)
WORDS = st.sampled_from(
    ["linux", "amd64", "unknown", "", "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.layer.v1.tar"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | DIGEST
    | WORDS
)
NAMES = """schemaVersion mediaType manifests config layers digest size platform os architecture variant annotations artifactType
rootfs diff_ids history created created_by empty_layer Env Cmd Labels Volumes fsLayers"""
KEYS = st.sampled_from(NAMES.split())
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)


def trouble_of(parse, text):
    try:
        parse(text)
    except InputError as error:
        return error
    return None


@given(DOCUMENTS)
def test_documents_are_read_or_refused(document):
    data = json.dumps(document).encode()
    for parse in (is_index, parse_index, parse_manifest, parse_config):
        trouble = trouble_of(parse, data)
        assert trouble is None or (trouble.hint and "\n" not in str(trouble))


@given(st.dictionaries(KEYS, DOCUMENTS, max_size=8), st.lists(DIGEST, max_size=4))
def test_what_was_read_is_sound(fields, digests):
    data = json.dumps({**fields, "rootfs": {"diff_ids": digests}}).encode()
    trouble = trouble_of(parse_config, data)
    if trouble:  # a value is of a type that no engine would load
        assert trouble.hint and any(value is not None for value in fields.values())
        return
    config, diff_ids, platform = parse_config(data)
    assert diff_ids == tuple(digests)
    assert all(isinstance(text, str) for text in (*config.env, *config.cmd, *config.labels.values(), config.user))
    assert platform.os and platform.architecture
    assert len(created_by(config, 3)) == 3
    manifest = {"config": {"digest": digests[0] if digests else None}, "layers": [{"digest": one} for one in digests]}
    if digests:
        layers = bind_layers(parse_manifest(json.dumps(manifest).encode()), config, diff_ids, lambda one: lambda: None)
        assert [layer.index for layer in layers] == list(range(len(digests)))


@given(st.text(max_size=40) | st.from_regex(r"[a-zA-Z0-9.:/@_-]{1,60}", fullmatch=True))
def test_references_are_read_or_refused(text):
    trouble = trouble_of(parse_reference, text)
    if trouble:
        assert trouble.hint and "\n" not in str(trouble)
        return
    reference = parse_reference(text)
    assert parse_reference(str(reference)) == reference
    assert reference.digest is None or is_digest(reference.digest)
    assert ".." not in reference.repository and reference.repository == reference.repository.lower()
