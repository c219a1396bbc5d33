"""Loads the policy of a run from its settings: conditions, rules and statements are read and checked before any work.

Raises: UsageError with the flag, or the file and its line.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from careen.errors import UsageError
from careen.formats.vex.statements import Statement
from careen.log import logger
from careen.model.advisory import Severity

from .accept import Accept, read_accept
from .gates import ANY, OF_IMAGES, Gate, read_gate
from .ignores import Ignore
from .overdue import read_overdue, with_overdue
from .policy import Policy
from .signatures import Required

log = logger(__name__)

MAX_RULES_BYTES = 16 << 20
MAX_FILES = 10_000


def load_policy(
    fail_on: Sequence[str] = (),
    ignore_unfixed: bool = False,
    unknown_as: Severity | None = None,
    ignore_files: Sequence[Path] = (),
    vex: Sequence[Path] = (),
    strict: bool = False,
    grace_days: int = 0,
    image_vex: bool = False,
    severity_from: Sequence[str] = (),
    exclude_base: bool = False,
    accept: Sequence[str] = (),
    age_is_a_rule: bool = False,
    has_rego: bool = False,
    looked_for: frozenset[str] = ANY,
    checking: bool = False,
    require_signature: Path | None = None,
    overdue: Path | None = None,
    knows_days: bool = False,
) -> Policy:
    """The policy. ``looked_for``: kinds of findings that are searched. ``checking``: for source files, in which every
    kind counts. A condition of ``fail_on`` without a kind counts vulnerabilities and secrets, or misconfigurations if
    nothing else is searched. ``knows_days``: the caller adds the overdue findings (``with_overdue``).
    """
    ignores, accepts = _rules(ignore_files)
    kinds = ANY if checking else (OF_IMAGES & looked_for) or (ANY & looked_for)
    gates = tuple(read_gate(part, kinds) for text in fail_on for part in text.split(",") if part.strip())
    refuse_blind(gates, looked_for, "no enabled scanner can find this", "add it with --scanners")
    if overdue is not None:
        gates = with_overdue(gates, read_overdue(overdue))
    elif not knows_days and (blind := next((gate for gate in gates if gate.overdue), None)):
        raise UsageError(
            f"--fail-on {blind.text}: nothing states which findings are overdue",
            "name the server that has the deadlines with --server, or a file with --overdue",
        )
    return Policy(
        fail_on=gates,
        ignore_unfixed=ignore_unfixed,
        unknown_as=unknown_as,
        ignores=ignores,
        accepts=(*map(read_accept, accept), *accepts),
        has_rego=has_rego,
        signatures=_required(require_signature) if require_signature else None,
        age_is_a_rule=age_is_a_rule,
        strict=strict,
        vex=tuple(_statements(vex)),
        grace_days=grace_days,
        image_vex=image_vex,
        exclude_base=exclude_base,
        severity_from=tuple(name.strip().lower() for text in severity_from for name in text.split(",") if name.strip()),
    )


def refuse_blind(gates: Sequence[Gate], looked_for: frozenset[str], why: str, hint: str) -> None:
    """Raises UsageError for a condition that no finding can meet, because it would always pass. ``looked_for``: kinds
    of findings that are searched.
    """
    for gate in gates:
        if not gate.can_look_at & looked_for:
            raise UsageError(f"--fail-on {gate.text}: {why}", hint)


def _required(file: Path) -> Required:
    from careen.signing.requirement import read_requirement

    found = read_requirement(file)
    return Required(found.source, found.kinds, found.names)


def _rules(files: Sequence[Path]) -> tuple[tuple[Ignore, ...], tuple[Accept, ...]]:
    if not files:
        return (), ()
    from .ignore_files import read_accepts, read_ignores

    ignores: list[Ignore] = []
    accepts: list[Accept] = []
    for file in files:
        try:
            if file.stat().st_size > MAX_RULES_BYTES:
                raise UsageError(f"the ignore file {file} is over {MAX_RULES_BYTES >> 20} MiB", "check --ignore-file")
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the ignore file {file} cannot be read: {error}", "check --ignore-file") from error
        ignores += read_ignores(text, str(file))
        accepts += read_accepts(text, str(file))
    return tuple(ignores), tuple(accepts)


def _statements(places: Sequence[Path]) -> Iterator[Statement]:
    """Statements of files, which have to be VEX, and of folders, in which other files are skipped with a warning."""
    if not places:
        return
    from careen.formats.vex.vex_file import read_vex

    for place in places:
        found = 0
        for file in _files(place):
            try:
                statements = read_vex(file.read_bytes(), str(file))
            except (OSError, ValueError) as error:
                if file == place:
                    raise UsageError(f"{file} is not a VEX document: {error}", "OpenVEX, CycloneDX or CSAF, as JSON") from error
                log.warning("%s is not a VEX document and is skipped: %s", file, error)
                continue
            found += 1
            yield from statements
        if not found:
            raise UsageError(f"{place} contains no VEX document", "a folder is searched for files that end in .json")


def _files(place: Path) -> list[Path]:
    try:
        if not place.is_dir():
            return [place]
        files = sorted(path for path in place.rglob("*.json") if path.is_file())
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error}", "check --vex") from error
    if len(files) > MAX_FILES:
        raise UsageError(f"{place} contains more than {MAX_FILES} files", "name a smaller folder")
    return files
