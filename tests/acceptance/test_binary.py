"""Software with no package metadata over the evaluation cases: snippets of programs, with the product and its version."""

import gzip
import json
import tarfile

from careen.catalogers.binary import CATALOGER
from tests.support.reading import MemoryFile, read_files

LEAST = 0.95


def test_snippets(gold, tmp_path):
    folder = gold / "inventory" / "syft_binary"
    files = folder / "files"
    if not files.is_dir():
        with tarfile.open(folder / "files.tar.xz") as archive:
            archive.extractall(tmp_path, filter="data")
        files = tmp_path / "files"
    met = wanted = reported = 0
    with gzip.open(folder / "cases.jsonl.gz", "rt") as lines:
        for case in map(json.loads, lines):
            shown = {path: MemoryFile(path, (files / path).read_bytes(), 0o755) for path in case["inputs"]}
            got = {(one.name, one.version.removeprefix("v")) for one in read_files(CATALOGER, shown).packages}
            expected = {(one["name"], one["version"]) for one in case["expected"]}
            met, wanted, reported = met + len(got & expected), wanted + len(expected), reported + len(got)
    assert wanted
    assert 2 * met / (wanted + reported) >= LEAST
