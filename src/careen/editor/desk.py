"""The documents that an editor has open, and the remarks about them. Work is done beside the event loop, by two
threads.

One thread checks documents: it begins a moment after the last keystroke. The other assesses packages, so that a large
lock file delays no check. Work on a text that has changed since is not begun, and its results are not shown.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from msgspec import Struct

from careen.model.finding import Vulnerability

from .checker import Checker, Remarks
from .documents import Document, group_of
from .quick_fixes import fixes_of
from .remarks import QuickFix, Remark, not_read
from .texts import UTF16, Change, changed

CHECK_AFTER_S = 0.01  # since the last keystroke
ASSESS_AFTER_S = 0.3
MAX_OPEN = 500
MAX_FIXED = 12  # remarks that quick fixes are made for at a time

Result = TypeVar("Result")


class _Open(Struct):
    document: Document
    checked: Remarks = Remarks()
    assessed: Remarks = Remarks()
    checking: "asyncio.Task[None] | None" = None
    assessing: "asyncio.Task[None] | None" = None

    def cancel(self) -> None:
        for task in (self.checking, self.assessing):
            if task is not None:
                task.cancel()


Publish = Callable[[Document, tuple[Remark, ...]], None]


def _nobody(document: Document, remarks: tuple[Remark, ...]) -> None:
    pass


class Desk:
    """The open documents. ``publish`` is called with a document and all remarks about it."""

    def __init__(self, checker: Checker, publish: Publish = _nobody) -> None:
        self._checker, self.publish = checker, publish
        self.link_of = checker.link_of
        self.was_ended = False
        self._opened: dict[str, _Open] = {}
        self._fast = ThreadPoolExecutor(1, "checks")
        self._slow = ThreadPoolExecutor(1, "packages")
        self.encoding = UTF16

    def open(self, document: Document) -> None:
        if document.uri not in self._opened and len(self._opened) >= MAX_OPEN:
            self.publish(document, (not_read(f"more than {MAX_OPEN} documents are open: this one is not checked"),))
            return
        self.close(document.uri)
        self._opened[document.uri] = _Open(document)
        self._begin(document.uri)

    def change(self, uri: str, version: int | None, changes: Iterable[Change | str]) -> None:
        """Applies changes to a document; a change that is only a text replaces the whole document."""
        opened = self._opened.get(uri)
        if opened is None:
            return
        text = opened.document.text
        for change in changes:
            text = change if isinstance(change, str) else changed(text, change, self.encoding)
        opened.document = Document(uri, text, version, opened.document.language)
        self._begin(uri)

    def saved(self, uri: str) -> None:
        """Checks and assesses a document again: the database may be another one by now."""
        if uri in self._opened:
            self._begin(uri)

    def close(self, uri: str) -> None:
        opened = self._opened.pop(uri, None)
        if opened is not None:
            opened.cancel()
            self.publish(Document(uri, ""), ())

    def end(self) -> None:
        for opened in self._opened.values():
            opened.cancel()
        for lane in (self._fast, self._slow):
            lane.shutdown(wait=False, cancel_futures=True)

    def document(self, uri: str) -> Document | None:
        opened = self._opened.get(uri)
        return opened.document if opened else None

    def remarks(self, uri: str, first: int = 1, last: int = 1 << 30) -> tuple[Remark, ...]:
        """The remarks on the lines from ``first`` to ``last``."""
        opened = self._opened.get(uri)
        if opened is None:
            return ()
        return tuple(remark for remark in _all(opened) if remark.line <= last and remark.end_line >= first)

    async def fixes(self, uri: str, first: int, last: int) -> list[QuickFix]:
        document = self.document(uri)
        if document is None:
            return []
        remarks = [remark for remark in self.remarks(uri, first, last) if remark.finding is not None][:MAX_FIXED]
        of_packages = [remark for remark in remarks if isinstance(remark.finding, Vulnerability)]
        of_text = [remark for remark in remarks if remark not in of_packages]
        found = await self._in(self._fast, lambda: fixes_of(of_text, document, self._checker))
        found += await self._in(self._slow, lambda: fixes_of(of_packages, document, self._checker))
        return found if document is self.document(uri) else []

    async def warm_up(self) -> None:
        """Loads the modules that the first checks need."""
        samples = (("Dockerfile", "FROM a\nENV PASSWORD=x\nRUN apt-get update\n"), ("a.yaml", "apiVersion: v1\nkind: Pod\n"))
        await self._in(self._fast, lambda: self._checker.check([Document(f"untitled:{name}", text) for name, text in samples]))

    def _begin(self, uri: str) -> None:
        opened = self._opened[uri]
        opened.cancel()
        sort = opened.document.sort
        if sort == "":
            opened.checked = opened.assessed = Remarks()
            self.publish(opened.document, ())
            return
        if sort == "checked":
            opened.checking = asyncio.ensure_future(self._check(uri))
        opened.assessing = asyncio.ensure_future(self._assess(uri))

    async def _check(self, uri: str) -> None:
        await asyncio.sleep(CHECK_AFTER_S)
        document = self._opened[uri].document
        group = group_of(document, [opened.document for opened in self._opened.values()])
        found = await self._in(self._fast, lambda: self._checker.check(group))
        for member in group:
            opened = self._opened.get(member.uri)
            if opened is not None and opened.document is member:
                opened.checked = found[member.uri]
                self.publish(member, _all(opened))

    async def _assess(self, uri: str) -> None:
        await asyncio.sleep(ASSESS_AFTER_S)
        document = self._opened[uri].document
        found = await self._in(self._slow, lambda: self._checker.assess(document))
        opened = self._opened.get(uri)
        if opened is not None and opened.document is document and opened.assessed != found:
            opened.assessed = found
            self.publish(document, _all(opened))

    async def _in(self, lane: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(lane, work)


def _all(opened: _Open) -> tuple[Remark, ...]:
    return (*opened.checked.found, *opened.assessed.found)
