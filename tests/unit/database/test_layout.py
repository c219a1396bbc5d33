import io

import pytest

from careen.database.layout import Layout, Member, digest_of, write_layout

MANIFEST, DATA = b'{"layers": []}', b"a layer" * 100


def written(chunks):
    stream = io.BytesIO()
    write_layout(stream, MANIFEST, "application/x", "v4", [Member(digest_of(DATA), len(DATA), chunks)])
    stream.seek(0)
    return stream


def test_there_and_back():
    layout = Layout(written([DATA[:50], DATA[50:]]), "x")
    assert layout.manifest == MANIFEST
    assert b"".join(layout.blob(digest_of(DATA), len(DATA))) == DATA
    assert b"".join(layout.blob(digest_of(DATA), len(DATA), 60)) == DATA[60:]


@pytest.mark.parametrize("chunks", [[DATA[:-1]], [DATA + b"x"], [DATA[:-1] + b"x"], []])
def test_what_is_not_what_its_digest_says_is_not_written(chunks):
    with pytest.raises(ValueError, match="a layer"):
        written(chunks)
