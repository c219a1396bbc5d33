import asyncio
import threading

import pytest

from careen.editor import desk as desks
from careen.editor.checker import Remarks
from careen.editor.desk import Desk
from careen.editor.documents import Document
from careen.editor.remarks import not_read
from careen.editor.texts import Change, Spot

URI = "file:///w/Dockerfile"
LOCK = "file:///w/go.mod"


class Slow:
    """Says of each document what its text is; ``hold`` keeps checks from ending."""

    def __init__(self):
        self.checked, self.assessed = [], []
        self.hold = threading.Event()
        self.hold.set()

    def check(self, documents):
        self.hold.wait(20)
        self.checked += [document.text for document in documents]
        return {document.uri: Remarks((not_read(f"checked {document.text}"),)) for document in documents}

    def assess(self, document):
        self.hold.wait(20)
        self.assessed.append(document.text)
        return Remarks((not_read(f"assessed {document.text}"),))

    def link_of(self, document, id):
        return None


class World:
    def __init__(self):
        self.published = []
        self.checker = Slow()
        self.desk = Desk(self.checker, lambda document, found: self.published.append((document.uri, document.text, len(found))))

    async def until(self, is_so):
        while not is_so():
            await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(desks, "ASSESS_AFTER_S", 0.0)
    monkeypatch.setattr(desks, "CHECK_AFTER_S", 0.0)


def run(work):
    async def whole():
        world = World()
        try:
            await asyncio.wait_for(work(world), 30)
        finally:
            world.checker.hold.set()
            world.desk.end()

    asyncio.run(whole())


def test_many_keystrokes_are_one_check():
    async def work(world):
        world.desk.open(Document(URI, "FROM a", 1))
        for number in range(50):
            world.desk.change(URI, number + 2, [Change(Spot(0, 6), Spot(0, 6), "b")])
        await world.until(lambda: world.published and world.published[-1][2])
        assert world.checker.checked == [f"FROM a{'b' * 50}"]

    run(work)


def test_what_was_found_in_an_older_text_is_not_shown():
    async def work(world):
        world.checker.hold.clear()
        world.desk.open(Document(URI, "FROM a", 1))
        await asyncio.sleep(0.01)  # the check of the first text has begun, or is about to
        for number in range(20):
            world.desk.change(URI, number + 2, [f"FROM b{number}"])
            await asyncio.sleep(0)
        world.checker.hold.set()
        await world.until(lambda: any("b19" in text and found for _, text, found in world.published))
        assert not [text for _, text, found in world.published if found and "b19" not in text]
        assert len(world.checker.checked) <= 2  # none of those between

    run(work)


def test_a_document_that_is_closed_has_no_remarks():
    async def work(world):
        world.desk.open(Document(URI, "FROM a", 1))
        await world.until(lambda: world.desk.remarks(URI))
        world.desk.close(URI)
        assert world.published[-1] == (URI, "", 0)
        assert world.desk.remarks(URI) == ()
        assert world.desk.document(URI) is None

    run(work)


def test_lock_files_are_assessed_and_not_checked():
    async def work(world):
        world.desk.open(Document(LOCK, "module a", 1))
        await world.until(lambda: world.desk.remarks(LOCK))
        assert (world.checker.checked, world.checker.assessed) == ([], ["module a"])
        world.desk.saved(LOCK)  # the database may be another
        await world.until(lambda: len(world.checker.assessed) == 2)

    run(work)


def test_other_documents_are_left_alone():
    async def work(world):
        world.desk.open(Document("file:///w/notes.md", "# a", 1))
        world.desk.change("file:///w/never-opened", 2, ["x"])
        world.desk.saved("file:///w/never-opened")
        await asyncio.sleep(0.01)
        assert (world.checker.checked, world.checker.assessed) == ([], [])
        assert await world.desk.fixes("file:///w/never-opened", 1, 1) == []

    run(work)


def test_the_number_of_open_documents_is_bounded(monkeypatch):
    monkeypatch.setattr(desks, "MAX_OPEN", 1)

    async def work(world):
        world.desk.open(Document(LOCK, "module a", 1))
        world.desk.open(Document(URI, "FROM a", 1))
        assert world.published[-1] == (URI, "FROM a", 1)
        assert world.desk.document(URI) is None

    run(work)


def test_remarks_of_some_lines():
    async def work(world):
        world.desk.open(Document(URI, "FROM a", 1))
        await world.until(lambda: world.desk.remarks(URI))
        assert world.desk.remarks(URI, 1, 1)
        assert not world.desk.remarks(URI, 2, 9)

    run(work)
