"""Checks open documents: misconfigurations and secrets from the text alone, vulnerabilities of packages with the
database.

No other file is read, nothing is fetched, and settings of the folder that the editor has open are not used.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.app.check_selection import CheckSelection
from careen.app.kept_advisories import KeptAdvisories
from careen.app.wiring import readers_with
from careen.checks.kind import SourceFile
from careen.checks.kinds import kind_of
from careen.config import Settings
from careen.layers.index import Readers
from careen.model.finding import Finding
from careen.pipeline.file_secrets import with_secrets
from careen.pipeline.files import CheckedFiles, Prediction, check_files, pinned_inventory

from .documents import MAX_CHARACTERS, Document
from .package_files import is_requirements, lines_of_packages
from .remarks import MAX_REMARKS, Remark, line_of, link_to, not_read, of_finding, on_a_line, path_of

TOO_LARGE = f"larger than {MAX_CHARACTERS >> 20} MiB: not checked in the editor (use careen check FILE)"
NO_DATABASE = "vulnerabilities were not assessed: there is no advisory database (run careen db update)"


def local(settings: Settings) -> Settings:
    """The settings without anything that uses the network, or that a relative path takes from the open folder."""
    return replace(
        settings,
        offline=True,
        refresh="never",
        resolve=False,
        ignore_file=(),
        vex=(),
        policy=(),
        checks=(),
        context=None,
        compliance=None,
    )


class Remarks(Struct, frozen=True):
    """The remarks about one document."""

    found: tuple[Remark, ...] = ()
    suppressed: frozenset[tuple[str, int]] = frozenset()  # ids and lines of findings that comments suppress


class Checker:
    """Checks and assesses documents. One thread at a time may call ``check``, and one at a time ``assess``."""

    def __init__(self, settings: Settings, advisories: KeptAdvisories) -> None:
        self._settings = local(settings)
        self._selection = CheckSelection(self._settings)
        self._advisories = advisories
        self.checked = 0  # calls of check

    @cached_property
    def _readers(self) -> Readers:
        return Readers(lambda: readers_with(()), "")

    def check(self, documents: Sequence[Document]) -> dict[str, Remarks]:
        """The remarks about the documents by URI. All documents are checked together."""
        self.checked += 1
        large = {document.uri: Remarks((not_read(TOO_LARGE),)) for document in documents if document.too_large}
        small = [document for document in documents if document.uri not in large]
        checked = self._checked([SourceFile(document.path, document.checked, named=True) for document in small])
        return large | {document.uri: _remarks_on(document, checked) for document in small}

    def _checked(self, files: Sequence[SourceFile]) -> CheckedFiles:
        without = Prediction(wanted=False)  # ``assess`` reads packages
        checked = check_files(files, lambda kind: self._selection.of(kind.folders), self._selection.rules, without)
        return with_secrets(checked, files) if "secret" in self._settings.scanners else checked

    def assess(self, document: Document) -> Remarks:
        """The vulnerabilities of a lock file, or of the pinned packages that a Dockerfile installs."""
        if "vuln" not in self._settings.scanners:
            return Remarks()
        if document.too_large:
            return Remarks((not_read(TOO_LARGE),))
        if document.sort == "packages":
            return self._of_packages(document)
        return self._of_build(document)

    def _of_packages(self, document: Document) -> Remarks:
        from careen.layers.loose import inventory_of_files

        text = document.checked
        inventory = inventory_of_files({_name_for_readers(document.path): text.encode(errors="replace")}, self._readers)
        unread = tuple(not_read(unknown.reason) for unknown in inventory.unknowns)
        if not inventory.packages:
            return Remarks(unread)
        matched = self._advisories.matched(inventory)
        if matched is None:
            return Remarks((*unread, not_read(NO_DATABASE)))
        lines = lines_of_packages(text, inventory.packages)
        placed = [(lines.get((f.package_name, f.package_version), 1), f) for f in matched.findings]
        found = [of_finding(finding, line, line) for line, finding in sorted(placed, key=lambda pair: pair[0])]
        return Remarks((*_bounded(found), *unread))

    def _of_build(self, document: Document) -> Remarks:
        from careen.pipeline.predictions import on_their_lines

        files = [SourceFile(document.path, document.checked, named=True)]
        checked = check_files(files, lambda kind: (), self._selection.rules)
        if not checked.pinned():
            return Remarks()
        matched = self._advisories.matched(pinned_inventory(checked))
        if matched is None:
            return Remarks((not_read(NO_DATABASE),))
        return Remarks(tuple(_bounded(map(on_a_line, on_their_lines(matched.findings, checked.pinned())))))

    def link_of(self, document: Document, id: str) -> str | None:
        """The address of a reference of the check with this id, for the document's kind; None if there is none."""
        kind = kind_of(document.path, document.text)
        checks = self._selection.of(kind.folders) if kind is not None else ()
        return next((link_to(check.references) for check in checks if check.id == id), None)

    def order_of(self, package: str) -> Callable[[str], Any]:
        """The sort key of versions in the ecosystem of a purl."""
        ecosystem = self._advisories.ecosystems.get(package.removeprefix("pkg:").partition("/")[0])
        return self._advisories.schemes[ecosystem.scheme if ecosystem else "generic"].key


def _remarks_on(document: Document, checked: CheckedFiles) -> Remarks:
    path = document.path
    everything: tuple[Finding, ...] = (*checked.outcome.findings, *checked.secrets)
    findings = [finding for finding in everything if path_of(finding) == path]
    unread = [not_read(unknown.reason) for unknown in checked.outcome.unknowns if unknown.evidence.path == path]
    suppressed = frozenset(
        (entry.finding.id, line_of(entry.finding)) for entry in checked.outcome.suppressed if path_of(entry.finding) == path
    )
    found = sorted(map(on_a_line, findings), key=lambda remark: remark.line)
    return Remarks((*_bounded(found), *unread), suppressed)


def _bounded(remarks: Iterable[Remark]) -> Iterator[Remark]:
    for count, remark in enumerate(remarks):
        if count == MAX_REMARKS:
            yield not_read(f"more than {MAX_REMARKS:,} findings: the rest is not listed here")
            return
        yield remark


def _name_for_readers(path: str) -> str:
    """The path under which catalogers recognise the file."""
    from posixpath import basename

    name = basename(path)
    return f"requirements/{name.rpartition('.')[0]}.txt" if is_requirements(path) else name
