"""The user's own checks: modules of Python and of Rego that a flag or the user's settings name; none are searched for.

A Python module is like those of ``checks/<target>``: it has ``CHECK`` or ``CHECKS``, whose ``kind`` names the documents that
they inspect, unless its folder has the name of a target. A Rego module describes itself in ``# METADATA`` and reports
misconfigurations by its rule ``deny``: texts, or objects with ``message`` and ``at`` (keys of the place), ``line``, ``path``.
Its input is the document (``rego_input``). A folder may contain any number of both.
Raises: UsageError that names the file and its error.
"""

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import UsageError
from careen.formats.data import rego, yaml_document
from careen.formats.data.rego_v0 import as_v1
from careen.model.advisory import SEVERITIES
from careen.plugins import Check, Place, values_of
from careen.safety.pattern import pattern

from .kind import View
from .kinds import KINDS
from .tuning import ID

_OURS = frozenset(prefix for kind in KINDS for _, prefix in kind.prefixes)
_KINDS = {folder: kind.name for kind in KINDS if kind.view is not None for folder in kind.folders}
_VIEWS = {kind.name: kind.view for kind in KINDS if kind.view is not None}
MAX_MODULES = 500
_SCHEMA = pattern(r"""schema\[["'](\w+)["']\]""")
_HINT = "docs/own-checks.md shows what a check of your own looks like"


class UserChecks(Struct, frozen=True):
    """The user's checks, by the kind of document that they inspect."""

    checks: Mapping[str, tuple[Check, ...]] = {}

    def of(self, kind: str) -> tuple[Check, ...]:
        return self.checks.get(kind, ())


def load_user_checks(paths: Sequence[Path]) -> UserChecks:
    found: dict[str, list[Check]] = {}
    ids: dict[tuple[str, str], Path] = {}
    modules: list[tuple[Path, str]] = []
    for path in _modules(paths):
        if path.suffix == ".rego":
            modules.append((path, _text(path)))
            continue
        for check in _of_python(path):
            _register(check, path, ids)
            found.setdefault(check.kind, []).append(check)
    for check, path in _of_rego(modules):
        _register(check, path, ids)
        found.setdefault(check.kind, []).append(check)
    return UserChecks({kind: tuple(checks) for kind, checks in found.items()})


def _modules(paths: Iterable[Path]) -> Iterator[Path]:
    count = 0
    for path in paths:
        if not path.exists():
            raise UsageError(f"--checks {path}: no such file or folder", _HINT)
        inside = sorted(path.glob("*.py")) + sorted(path.glob("*.rego")) if path.is_dir() else [path]
        found = [module for module in inside if not module.name.startswith("_") and not module.name.endswith("_test.rego")]
        if not found or any(module.suffix not in (".py", ".rego") for module in found):
            raise UsageError(f"--checks {path} has no Python (.py) or Rego (.rego) module", _HINT)
        for module in found:
            count += 1
            if count > MAX_MODULES:
                raise UsageError(f"--checks: over {MAX_MODULES} modules", _HINT)
            yield module


def _register(check: Check, path: Path, ids: dict[tuple[str, str], Path]) -> None:
    """Records the id of a check. Raises UsageError for an invalid id, or one that another module has. One module may
    inspect several kinds of documents under one id."""
    id = check.id
    if not ID.fullmatch(id) or id.partition("-")[0] in _OURS:
        raise UsageError(f"{path}: {id!r} is not a valid id for your own check", "write it like ACME-001")
    for (known, kind), other in ids.items():
        if known == id and (kind == check.kind or other != path):
            raise UsageError(f"{path}: {other} has the id {id} too", "give each check a unique id")
    ids[id, check.kind] = path


def _of_python(path: Path) -> Iterator[Check]:
    name = f"careen_own_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]}"
    module = sys.modules.get(name) or _imported(path, name)
    checks = values_of(module, "CHECK", Check)
    if not checks:
        raise UsageError(f"{path}: it has no CHECK of type careen.plugins.Check", _HINT)
    for check in checks:
        kind = check.kind or getattr(module, "KIND", "") or _KINDS.get(path.absolute().parent.name, "")
        if kind not in _VIEWS:
            raise UsageError(f"{path}: the kind of {check.id} is {kind!r}, not one of {', '.join(_VIEWS)}", _HINT)
        yield replace(check, kind=kind)


def _imported(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} cannot be imported", _HINT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise UsageError(f"{path} cannot be imported: {type(error).__name__}: {error}", _HINT) from error
    return module


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > rego.MAX_MODULE_BYTES:
            raise UsageError(f"{path} is over {rego.MAX_MODULE_BYTES >> 20} MiB", _HINT)
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", _HINT) from error


def _of_rego(modules: Sequence[tuple[Path, str]]) -> Iterator[tuple[Check, Path]]:
    """The checks of Rego modules. All modules of one kind are evaluated together on a document; a module without
    METADATA is a library."""
    if not modules:
        return
    texts = []
    described = []
    for path, text in modules:
        try:
            package = rego.package_of(text)
            known = rego.metadata_of(text)
            texts.append((str(path), as_v1(text)))
        except ValueError as error:
            raise UsageError(f"{path}: {error}", _HINT) from None
        if known:
            described += [(_described(path, known, kind), f"data.{package}.deny", path) for kind in _kinds(path, known)]
    queries = [query for _, query, _ in described]
    try:
        answers = rego.evaluate(texts, queries, [{}])
    except ValueError as error:
        raise UsageError(f"--checks: {error}", "opa check FILE shows details") from None
    for (_, _, path), answer in zip(described, answers[0], strict=True):
        if not isinstance(answer, list):
            raise UsageError(f"{path}: it has no rule deny, or its deny is not a set", _HINT)
    for kind in dict.fromkeys(check.kind for check, _, _ in described):
        members = [(check, query, path) for check, query, path in described if check.kind == kind]
        evaluation = _Evaluation(_VIEWS[kind], texts, [query for _, query, _ in members])
        for number, (check, _, path) in enumerate(members):
            yield replace(check, inspect=partial(evaluation.places, number)), path


def _kinds(path: Path, known: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of documents that a module is for: those in ``custom.kind``, or in its schema, as modules for Trivy
    have it."""
    custom = known.get("custom")
    kind = str(custom.get("kind") or "") if isinstance(custom, dict) else ""
    if kind in _VIEWS:
        return (kind,)
    schemas = known.get("schemas")
    named = (
        [str(schema.get("input")) for schema in schemas or () if isinstance(schema, dict)] if isinstance(schemas, list) else []
    )
    match = _SCHEMA.fullmatch(named[0]) if named and not kind else None
    if match and match[1] == "input":
        return tuple(_VIEWS)
    if match and match[1] in _VIEWS:
        return (match[1],)
    raise UsageError(f"{path}: its METADATA needs custom.id, and custom.kind as one of {', '.join(_VIEWS)}", _HINT)


def _described(path: Path, known: Mapping[str, Any], kind: str) -> Check:
    custom = known.get("custom")
    custom = custom if isinstance(custom, dict) else {}
    id, severity = (str(custom.get(key) or "") for key in ("id", "severity"))
    if not id:
        raise UsageError(f"{path}: its METADATA needs custom.id", _HINT)
    severity = severity.lower() or "medium"
    if severity not in SEVERITIES:
        raise UsageError(f"{path}: {severity!r} is not a severity", f"one of {', '.join(SEVERITIES)}")
    resources = known.get("related_resources")
    references = [resource.get("ref") if isinstance(resource, dict) else resource for resource in resources or ()]
    return Check(
        id=id,
        title=str(known.get("title") or id),
        severity=next(known for known in SEVERITIES if known == severity),
        why=str(known.get("description") or known.get("title") or "Your own rule.").strip(),
        fix=str(custom.get("fix") or custom.get("recommended_action") or "See the rule.").strip(),
        references=tuple(str(reference) for reference in references if reference),
        inspect=list,
        kind=kind,
    )


class _Evaluation:
    """Evaluates all rules for one kind of document together, and stores the answers for the last document."""

    def __init__(
        self, view: Callable[[Any], Iterator[View]], modules: Sequence[tuple[str, str]], queries: Sequence[str]
    ) -> None:
        self.view, self.modules, self.queries = view, modules, queries
        self.last: tuple[Any, list[View], list[list[Any]] | ValueError] | None = None

    def places(self, number: int, document: Any) -> Iterator[Place]:
        """The places that one rule reports. Raises ValueError if the rules cannot be evaluated: they are evaluated once for
        all rules, so every rule then raises."""
        if self.last is None or self.last[0] is not document:
            views = list(self.view(document))
            self.last = document, views, self._answers(views)
        _, views, answers = self.last
        if isinstance(answers, ValueError):
            raise answers
        for view, answer in zip(views, answers, strict=True):
            for denied in answer[number] if isinstance(answer[number], list) else ():
                yield _place(denied, view)

    def _answers(self, views: Sequence[View]) -> list[list[Any]] | ValueError:
        try:
            return rego.evaluate(self.modules, self.queries, [view.input for view in views])
        except ValueError as error:
            return error


def _place(denied: Any, view: View) -> Place:
    if not isinstance(denied, dict):
        return Place(" ".join(yaml_document.as_text(denied).split())[:500], view.line, path=view.path or None)
    message = " ".join(str(denied.get("message") or denied.get("msg") or "violates this check").split())[:500]
    keys = denied.get("at")
    path, line = view.where(*keys) if isinstance(keys, list) else (view.path, view.line)
    own, end = denied.get("line"), denied.get("end_line")
    line = own if isinstance(own, int) and own > 0 else line
    path = denied["path"] if isinstance(denied.get("path"), str) else path
    return Place(message, line or None, end if isinstance(end, int) and line and end >= line else None, path or None)
