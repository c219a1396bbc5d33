from careen.catalogers import npm_lock
from careen.layers.index import Readers
from careen.layers.loose import inventory_of_files

LOCK = b'{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0"}}}'


def test_files_in_memory_are_read_as_a_layer():
    found = inventory_of_files(
        {"app/package-lock.json": LOCK, "b/package-lock.json": b"{"}, Readers.of((npm_lock.CATALOGER,), "x")
    )
    assert [(package.name, package.version) for package in found.packages] == [("a", "1.0.0")]
    assert [place.path for place in found.packages[0].evidence] == ["app/package-lock.json"]
    assert [unknown.evidence.path for unknown in found.unknowns] == ["b/package-lock.json"]
