"""Any bytes: a reader gives facts or nothing, and never fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.details import archive_licences, crate_licences, digests, licence_files, requirements
from careen.layers.feed import LayerFile
from careen.licences.expressions import is_valid

READERS = [
    (requirements.read_status, "var/lib/dpkg/status"),
    (requirements.read_apk, "lib/apk/db/installed"),
    (requirements.read_metadata, "a.dist-info/METADATA"),
    (requirements.read_manifest, "node_modules/a/package.json"),
    (licence_files.read, "usr/share/doc/a/copyright"),
    (licence_files.read, "a/LICENSE"),
    (archive_licences.read, "a.jar"),
    (crate_licences.read, "root/.cargo/registry/src/index.crates.io-1/a-1.0.0/Cargo.toml"),
]
DAMAGED = (
    b"Package: a\nVersion: \nDepends: ,,|,(\nStatus: installed\n",
    b"P:a\nD:= < ! \n\n",
    b'{"name": 1}',
    b'{"dependencies": []}',
    b'{"name": "a", "author": {"name": 3}, "maintainers": [[], {}, null]}',
    b"Name: a\nRequires-Dist: \nRequires-Dist: ;\n",
    b"PK\5\6" + bytes(18),
    b"ADB." + bytes(50),
    b"[package]\nlicense = [1]\n",
    b"package = 1\n",
)
WORDS = st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
TEXTS = st.binary(max_size=200) | WORDS | st.sampled_from(DAMAGED)


@pytest.mark.parametrize(("read", "path"), READERS, ids=lambda value: getattr(value, "__name__", value))
@given(data=TEXTS)
def test_any_bytes_are_read(read, path, data):
    for fact in read(LayerFile(path, len(data), 0o644, data)) or ():
        expression = getattr(fact, "expression", "")
        assert not expression or is_valid(expression)


def test_digests_are_of_all_chunks():
    hashing = digests.read(LayerFile("a.jar", 2, 0o644, b"ab"))
    for chunk in (b"a", b"b"):
        hashing.feed(chunk)
    (fact,) = hashing.facts()
    assert len(fact.sha512) == 128
    assert digests.read_program(LayerFile("usr/bin/tool", 2, 0o755, b"ab")) is None
    assert digests.read_program(LayerFile("opt/tool", 2, 0o755, b"ab")) is not None
