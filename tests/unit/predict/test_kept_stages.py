"""Stages of which files get into the image."""

from careen.formats.dockerfile.reader import read_dockerfile
from careen.predict.kept_stages import copied_from, copied_whole


def test_stages_that_files_are_copied_from():
    text = (
        "FROM a AS base\nFROM base AS built\nRUN make\nFROM b AS unused\nFROM c AS root\n"
        "FROM d\nCOPY --from=BUILT /x /x\nCOPY --from=3 / /\nCOPY --from=99 /y /y\nCOPY --from=image:1 /z /z\n"
    )
    document = read_dockerfile(text)
    assert copied_from(document) == {0, 1, 3, 4}
    assert copied_whole(document) == {3, 4}
