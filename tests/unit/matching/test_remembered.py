from datetime import timedelta

from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge

from careen.database.build import FeedRow, Fresh, build
from careen.database.read import open_database
from careen.matching import remembered as module
from careen.matching.match import match
from careen.matching.remembered import Memory, remembered
from careen.model.inventory import Inventory, Program
from careen.model.package import Source
from careen.store.memory import MemoryStore

INVENTORY = Inventory(DEBIAN, (deb(), deb("curl", "8.0-1", Source("curl", "8.0-1"))))


def made(path, *records):
    row = FeedRow("debian.json", "debian", "", "https://d.example", "2026-05-31", "2026-05-31T00:00:00+00:00")
    build(path, [Fresh(row, lambda: iter((*records, info())))], "2026-05-31T00:00:00+00:00")
    return path


def asked(database, memory, inventory=INVENTORY, today=TODAY, severity_from=()):
    return remembered(inventory, database, SCHEMES, ECOSYSTEMS, today, severity_from, memory)


def counted(monkeypatch):
    calls = []
    monkeypatch.setattr(module, "match", lambda *given: calls.append(given) or match(*given))
    return calls


def test_the_same_inventory_is_matched_once(tmp_path, monkeypatch):
    memory, calls = Memory(MemoryStore(), "code"), counted(monkeypatch)
    with open_database(made(tmp_path / "db", advisory())) as database:
        first = asked(database, memory)
        assert first.findings
        assert asked(database, memory) == first == match(INVENTORY, database, SCHEMES, ECOSYSTEMS, TODAY)
        assert len(calls) == 1
        asked(database, memory, today=TODAY + timedelta(days=1))
        asked(database, memory, severity_from=("nvd",))
        asked(database, memory, Inventory(DEBIAN, (deb("libssl3", "3.0.13-1", Source("openssl", "3.0.13-1")),)))
        asked(database, Memory(memory.store, "other code"))
        assert len(calls) == 5


def test_functions_of_programs_are_known_by_their_digests(tmp_path, monkeypatch):
    memory, calls = Memory(MemoryStore(), "code"), counted(monkeypatch)
    one, same, other = (
        replace(INVENTORY, programs=(Program("bin/x", "go1.24", "x", names, digest),))
        for names, digest in ((b"names", "1"), (b"", "1"), (b"other", "2"))
    )
    with open_database(made(tmp_path / "db", advisory())) as database:
        for inventory, count in ((one, 1), (same, 1), (other, 2)):
            asked(database, memory, inventory)
            assert len(calls) == count


def test_another_database_is_matched_again(tmp_path):
    memory = Memory(MemoryStore(), "code")
    with open_database(made(tmp_path / "db", advisory())) as database:
        assert asked(database, memory).findings
    with open_database(made(tmp_path / "db", advisory(fixed="3.0.9-1"))) as database:
        assert not asked(database, memory).findings


def test_a_damaged_entry_of_the_store_is_matched_again(tmp_path):
    class Damaged(MemoryStore):
        def get(self, key):
            return b"\x93garbage" if super().get(key) else None

    memory = Memory(Damaged(), "code")
    with open_database(made(tmp_path / "db", advisory())) as database:
        assert asked(database, memory) == asked(database, memory)


def test_other_knowledge_is_asked_each_time(monkeypatch):
    calls, memory = counted(monkeypatch), Memory(MemoryStore(), "code")
    assert asked(knowledge(advisory(), info()), memory).findings
    assert not asked(knowledge(info()), memory).findings
    assert asked(knowledge(advisory(), info()), None).findings
    assert len(calls) == 3
