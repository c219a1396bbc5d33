"""The language server over standard input and output: pygls implements the protocol, ``desk`` has the documents.

Settings of the editor's workspace (``initializationOptions``, configuration) have no effect: a folder that is opened does not
choose what is checked.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from careen import __version__
from careen.app.kept_advisories import KeptAdvisories
from careen.config import Settings
from careen.model.advisory import SEVERITIES
from careen.model.finding import Vulnerability
from careen.output.protocol_streams import protocol_streams

from .checker import Checker
from .desk import Desk
from .documents import Document
from .remarks import QuickFix, Remark, hover, remedy
from .texts import Change, Spot, edit_between, lines_of, units_in

NAME = "careen"
_LEVELS = {
    "critical": types.DiagnosticSeverity.Error,
    "high": types.DiagnosticSeverity.Error,
    "medium": types.DiagnosticSeverity.Warning,
    "unknown": types.DiagnosticSeverity.Warning,
    "low": types.DiagnosticSeverity.Information,
    "note": types.DiagnosticSeverity.Information,
    "negligible": types.DiagnosticSeverity.Hint,
}
_IGNORED = re.compile(r"careen:ignore(?:-file)?[\s:=]+([A-Z][A-Z0-9]+-\d+(?:\s*,\s*[A-Z][A-Z0-9]+-\d+)*)")
_MAX_HOVER = 8  # remarks


def serve(settings: Settings) -> int:
    """Serves an editor. Returns 0 if the editor ended the session as the protocol requires, else 1."""
    advisories = KeptAdvisories(settings)
    desk = Desk(Checker(settings, advisories))
    try:
        with protocol_streams() as (reader, writer):
            make_server(desk).start_io(reader, writer)
    finally:
        desk.end()
        advisories.close()
    return 0 if desk.was_ended else 1


def make_server(desk: Desk) -> LanguageServer:
    server = LanguageServer(NAME, __version__, text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
    desk.publish = lambda document, remarks: _publish(server, document, remarks)
    _take_documents(server, desk)
    _answer_at_places(server, desk)
    _answer_about_documents(server, desk)
    return server


def _take_documents(server: LanguageServer, desk: Desk) -> None:
    @server.feature(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        desk.encoding = str(getattr(encoding := server.workspace.position_encoding, "value", encoding) or desk.encoding)
        await desk.warm_up()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        desk.open(Document(item.uri, item.text, item.version, str(item.language_id)))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        changes = [
            Change(_spot(change.range.start), _spot(change.range.end), change.text)
            if isinstance(change, types.TextDocumentContentChangePartial)
            else change.text
            for change in params.content_changes
        ]
        desk.change(params.text_document.uri, params.text_document.version, changes)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        desk.saved(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        desk.close(params.text_document.uri)

    @server.feature(types.SHUTDOWN)
    def shut_down(params: None) -> None:
        desk.was_ended = True
        desk.end()


def _answer_at_places(server: LanguageServer, desk: Desk) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        line = params.position.line + 1
        remarks = desk.remarks(params.text_document.uri, line, line)
        if not remarks:
            return None
        more = [f"… and {len(remarks) - _MAX_HOVER} more"] if len(remarks) > _MAX_HOVER else []
        value = "\n\n---\n\n".join([*map(hover, remarks[:_MAX_HOVER]), *more])
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, value))

    kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        if params.context.only and not any("quickfix".startswith(str(kind)) for kind in params.context.only):
            return []
        fixes = await desk.fixes(uri, params.range.start.line + 1, params.range.end.line + 1)
        document = desk.document(uri)
        return [_action(fix, document, desk.encoding) for fix in fixes] if document else []


def _answer_about_documents(server: LanguageServer, desk: Desk) -> None:
    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        found = _vulnerabilities(desk.remarks(params.text_document.uri))
        if not found:
            return []
        start = types.Position(0, 0)
        return [types.CodeLens(types.Range(start, start), command=types.Command(_summary(found), ""))]

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        uri, document = params.text_document.uri, desk.document(params.text_document.uri)
        if document is None or document.sort != "packages":
            return []
        lines = lines_of(document.text)
        by_line: dict[int, list[Vulnerability]] = defaultdict(list)
        for remark in desk.remarks(uri, params.range.start.line + 1, params.range.end.line + 1):
            if isinstance(remark.finding, Vulnerability) and remark.line <= len(lines):
                by_line[remark.line].append(remark.finding)
        return [
            types.InlayHint(
                types.Position(line - 1, units_in(lines[line - 1], desk.encoding)), _of_line(found), padding_left=True
            )
            for line, found in sorted(by_line.items())
        ]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def links(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        document = desk.document(params.text_document.uri)
        if document is None or document.sort != "checked" or document.too_large:
            return []
        return _links(document, desk.link_of, desk.encoding)


def _links(document: Document, link_of: Callable[[Document, str], str | None], encoding: str) -> list[types.DocumentLink]:
    """Links from ids in comments that suppress a finding to the reference of their check."""
    found = []
    for number, line in enumerate(lines_of(document.text)):
        for match in _IGNORED.finditer(line) if "careen:ignore" in line else ():
            for id in re.finditer(r"[A-Z][A-Z0-9]+-\d+", match[1]):
                target = link_of(document, id[0])
                if target:
                    start = match.start(1) + id.start()
                    place = _range(lines_of(document.text), number, start, number, start + len(id[0]), encoding)
                    found.append(types.DocumentLink(place, target))
    return found


def _publish(server: LanguageServer, document: Document, remarks: Sequence[Remark]) -> None:
    lines = lines_of(document.text)
    encoding = str(getattr(chosen := server.workspace.position_encoding, "value", chosen) or "utf-16")
    diagnostics = [_diagnostic(remark, lines, encoding) for remark in remarks]
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, diagnostics, document.version))


def _diagnostic(remark: Remark, lines: Sequence[str], encoding: str) -> types.Diagnostic:
    first = min(remark.line, len(lines)) - 1
    last = min(max(remark.end_line - 1, first), len(lines) - 1)
    start = len(lines[first]) - len(lines[first].lstrip())
    return types.Diagnostic(
        _range(lines, first, start, last, len(lines[last].rstrip()), encoding),
        remark.message,
        severity=_LEVELS.get(remark.severity, types.DiagnosticSeverity.Warning),
        code=remark.code,
        code_description=types.CodeDescription(remark.link) if remark.link else None,
        source=NAME,
    )


def _range(lines: Sequence[str], first: int, start: int, last: int, end: int, encoding: str) -> types.Range:
    """A range of the protocol. Columns are characters; those of the result are code units."""
    end = max(end, start) if first == last else end
    return types.Range(
        types.Position(first, units_in(lines[first][:start], encoding)),
        types.Position(last, units_in(lines[last][:end], encoding)),
    )


def _action(fix: QuickFix, document: Document, encoding: str) -> types.CodeAction:
    before = lines_of(document.text)
    end = "\r\n" if "\r\n" in document.text else "\n"
    change = edit_between(before, fix.lines, end, encoding)
    edit = types.TextEdit(types.Range(_position(change.start), _position(change.end)), change.text)
    of = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.CodeAction(
        fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[_diagnostic(remark, before, encoding) for remark in fix.remarks],
        is_preferred=fix.preferred or None,
        edit=types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(of, [edit])]),
    )


def _vulnerabilities(remarks: Sequence[Remark]) -> list[Vulnerability]:
    return [remark.finding for remark in remarks if isinstance(remark.finding, Vulnerability)]


def _summary(found: Sequence[Vulnerability]) -> str:
    counts = Counter(finding.severity for finding in found)
    by_severity = ", ".join(f"{counts[severity]} {severity}" for severity in SEVERITIES if counts[severity])
    fixed = sum(bool(finding.fix.versions) for finding in found)
    return f"{_counted(len(found))}: {by_severity}; {fixed} fixed by an update"


def _of_line(found: Sequence[Vulnerability]) -> str:
    versions = {remedy(finding) for finding in found}
    return f"{_counted(len(found))}, {versions.pop() if len(versions) == 1 else 'fixed in several versions'}"


def _counted(count: int) -> str:
    return f"{count} vulnerabilit{'y' if count == 1 else 'ies'}"


def _spot(position: types.Position) -> Spot:
    return Spot(position.line, position.character)


def _position(spot: Spot) -> types.Position:
    return types.Position(spot.line, spot.character)
