"""Rules of the user's own in YARA-X, over programs and scripts: in a separate process with bounded time and memory.

The metadata of a rule describe its finding: ``severity`` (default: medium), ``description``, ``fix``, ``reference``. Includes
are off, so that rules read no files of this machine.
Raises: UsageError if the extra ``behaviour`` is missing or rules cannot be used.
**Source:** YARA-X, "Writing YARA rules".
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, get_args

import msgspec
from msgspec import Struct

from careen.errors import UsageError
from careen.model.advisory import Severity
from careen.model.finding import BehaviourFinding
from careen.safety.typed import from_msgpack

from .files import ExaminedFile
from .rules import Rule, found

TIMEOUT_S = 60.0
FILE_TIMEOUT_S = 10
MAX_RULE_BYTES = 4 << 20
MAX_OUTPUT_BYTES = 16 << 20
MAX_MEMORY_BYTES = 1 << 30
MAX_MATCHES = 100  # of one file
BATCH_BYTES = 32 << 20
_HINT = "yr check FILE shows details"


class YaraRules(Struct, frozen=True):
    path: str
    text: str


class _Task(Struct):
    rules: list[str]
    files: list[bytes]


class _Match(Struct):
    file: int
    rule: str
    metadata: dict[str, str] = {}
    evidence: list[str] = []


class _Answer(Struct):
    matches: list[_Match] = []
    slow: list[int] = []  # files that took too long
    error: str = ""


def load_rules(paths: Sequence[Path]) -> tuple[YaraRules, ...]:
    """Reads the rules, and compiles them once, so that an error is reported before any other work."""
    if not paths:
        return ()
    from importlib.util import find_spec

    if find_spec("yara_x") is None:
        raise UsageError("YARA rules need the package yara-x, which is not installed", "pip install 'careen[behaviour]'")
    loaded = []
    for path in paths:
        try:
            if path.stat().st_size > MAX_RULE_BYTES:
                raise UsageError(f"--behaviour-rules {path} is over {MAX_RULE_BYTES >> 20} MiB", _HINT)
            loaded.append(YaraRules(str(path), path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--behaviour-rules {path} cannot be read: {error}", _HINT) from error
    for rules in loaded:
        _evaluated([rules], [])
    return tuple(loaded)


class YaraBatch:
    """Collects files, and evaluates the rules over many of them at a time. ``slow`` are the paths of files that took too
    long."""

    def __init__(self, rules: Sequence[YaraRules]) -> None:
        self._rules = rules
        self._files: list[ExaminedFile] = []
        self._size_bytes = 0
        self.slow: list[str] = []

    def add(self, file: ExaminedFile) -> Iterable[BehaviourFinding]:
        self._files.append(file)
        self._size_bytes += len(file.data)
        return self.rest() if self._size_bytes >= BATCH_BYTES else ()

    def rest(self) -> list[BehaviourFinding]:
        files, self._files, self._size_bytes = self._files, [], 0
        if not files or not self._rules:
            return []
        answer = _evaluated(self._rules, [file.data for file in files])
        self.slow += (files[number].path for number in answer.slow if number < len(files))
        return list(_findings(files, answer))


def _findings(files: Sequence[ExaminedFile], answer: _Answer) -> Iterator[BehaviourFinding]:
    for match in answer.matches:
        if match.file < len(files):
            file = files[match.file]
            yield found(
                _rule(match), file.path, f"/{file.path}: rule {match.rule}", layer=file.layer, package=file.owner,
                evidence=match.evidence, lasting=match.rule,
            )  # fmt: skip


def _rule(match: _Match) -> Rule:
    known = match.metadata
    severity: Any = known.get("severity", "").lower()
    return Rule(
        id=f"YAR-{match.rule}",
        title=known.get("description", match.rule)[:200],
        severity=severity if severity in get_args(Severity) else "medium",
        why="One of your own rules matches the file.",
        fix=known.get("fix", "See the rule for what it matches.")[:500],
        references=(known["reference"][:300],) if known.get("reference") else (),
    )


def _evaluated(rules: Sequence[YaraRules], files: Sequence[bytes]) -> _Answer:
    from careen.exec import run

    names = ", ".join(part.path for part in rules)
    task = msgspec.msgpack.encode(_Task([part.text for part in rules], list(files)))
    try:
        done = run(
            (sys.executable, "-I", "-m", "careen.behaviour.yara"),
            input=task,
            timeout_s=TIMEOUT_S,
            max_output_bytes=MAX_OUTPUT_BYTES,
            environ={name: value for name, value in os.environ.items() if name == "SYSTEMROOT"},
        )
        answer = from_msgpack(done.stdout, _Answer)
    except TimeoutError:
        answer = _Answer(error=f"the rules take more than {TIMEOUT_S:g} s")
    except (OSError, msgspec.MsgspecError) as error:
        answer = _Answer(error=str(error))
    if answer.error:
        raise UsageError(f"--behaviour-rules {names}: {answer.error}", _HINT)
    return answer


def main() -> None:
    """The evaluating process: a task on standard input, the answer on standard output."""
    from careen.formats.data.watched import in_watched_child

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    too_much = _Answer(error=f"the rules take more than {MAX_MEMORY_BYTES >> 30} GiB of memory")
    in_watched_child(MAX_MEMORY_BYTES, lambda: _write(answers, too_much))
    task = from_msgpack(sys.stdin.buffer.read(), _Task)
    try:
        answer = _answer(task)
    except Exception as error:  # of the library, whose types are its own
        answer = _Answer(error=str(error)[:2000])
    _write(answers, answer)


def _write(answers: BinaryIO, answer: _Answer) -> None:
    answers.write(msgspec.msgpack.encode(answer))
    answers.flush()


def _answer(task: _Task) -> _Answer:
    import yara_x

    compiler = yara_x.Compiler()
    compiler.enable_includes(False)
    for text in task.rules:
        compiler.add_source(text)
    scanner = yara_x.Scanner(compiler.build())
    scanner.set_timeout(FILE_TIMEOUT_S)
    scanner.max_matches_per_pattern(10)
    answer = _Answer()
    for number, data in enumerate(task.files):
        try:
            found = scanner.scan(data).matching_rules
        except yara_x.TimeoutError:
            answer.slow.append(number)
            continue
        for rule in found[:MAX_MATCHES]:
            metadata = {str(key): str(value)[:500] for key, value in rule.metadata}
            places = [(pattern.identifier, match) for pattern in rule.patterns for match in list(pattern.matches)[:3]]
            evidence = [f"{name} at byte {match.offset}" for name, match in places[:20]]
            answer.matches.append(_Match(number, rule.identifier, metadata, evidence))
    return answer


if __name__ == "__main__":
    main()
