"""The files of an image: layers that are known are not read again."""

from tests.unit.pipeline.test_origin import Opened, reading

from careen.model.ledger import LedgerFile
from careen.pipeline.ledger import files_of
from careen.store.memory import MemoryStore


def test_files_in_order_and_their_counts():
    opened, store = Opened({"srv/b": b"b", "opt/a": b"a"}), MemoryStore()
    files, counts = files_of(opened.image, reading(store))
    assert files == (LedgerFile("opt/a", 0, "unexplained"), LedgerFile("srv/b", 0, "unexplained"))
    assert counts.unexplained == 2
    read = opened.count
    assert files_of(opened.image, reading(store)) == (files, counts)
    assert opened.count == read
