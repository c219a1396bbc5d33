"""Rego modules evaluated over documents, in a separate process with bounded time and memory.

In: modules (path, text), queries, documents of plain data. Out: the result of each query for each document, or None if
there is no such rule. The interpreter has no access to network or files.
Raises: UsageError if the extra ``rego`` is missing, ValueError if a module is not Rego or takes too long.
**Source:** Open Policy Agent, "Policy Language", "Annotations"; the interpreter is rego-cpp (package ``regopy``).
"""

import os
import re
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from careen.errors import UsageError
from careen.safety.typed import from_json

TIMEOUT_S = 30.0
MAX_MODULE_BYTES = 1024 * 1024
MAX_OUTPUT_BYTES = 32 * 1024 * 1024
MAX_MEMORY_BYTES = 2 * 1024**3
_PACKAGE = re.compile(r"(?m)^\s*package\s+([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*$")
_ERROR = re.compile(r"\(error\s+\d+:([^|]*)\|(\d+)\|\d+\s+\(errormsg\s+\d+:(.*?)\)\s", re.DOTALL)
_HINT = "install the library that the message names: on Debian and Ubuntu libatomic.so.1 is in the package libatomic1"


class Task(Struct):
    modules: list[tuple[str, str]]
    queries: list[str]
    documents: list[Any]


class Answer(Struct, omit_defaults=True):
    results: list[list[Any]] = []
    error: str = ""
    broken: str = ""  # why the interpreter does not start


def package_of(text: str) -> str:
    """The package of a module. Raises ValueError if it has none."""
    match = _PACKAGE.search(text)
    if match is None:
        raise ValueError("not a Rego module: it has no package")
    return match[1]


def metadata_of(text: str) -> dict[str, Any]:
    """The first ``# METADATA`` block, which is YAML in comments; {} if there is none."""
    from careen.formats.data import yaml_document

    rows = text.split("\n")
    start = next((number for number, row in enumerate(rows) if re.fullmatch(r"#\s*METADATA\s*", row)), None)
    if start is None:
        return {}
    block = []
    for row in rows[start + 1 :]:
        if not row.startswith("#"):
            break
        block.append(row[1:].removeprefix(" "))
    found = next(iter(yaml_document.read("\n".join(block))), None)
    return found if isinstance(found, dict) else {}


def evaluate(
    modules: Sequence[tuple[str, str]], queries: Sequence[str], documents: Sequence[Any], timeout_s: float = TIMEOUT_S
) -> list[list[Any]]:
    """Evaluates the queries. Returns, for each document, the result of each query; None if the rule is undefined."""
    from careen.exec import run

    _ensure_installed()
    task = msgspec.json.encode(Task(list(modules), list(queries), list(documents)), enc_hook=_plain_text)
    try:
        done = run(
            (sys.executable, "-I", "-m", "careen.formats.data.rego"),
            input=task,
            timeout_s=timeout_s,
            max_output_bytes=MAX_OUTPUT_BYTES,
            environ={
                name: value for name, value in os.environ.items() if name == "SYSTEMROOT"
            },  # Windows starts no process without it
        )
    except TimeoutError:
        raise ValueError(f"it takes more than {timeout_s:g} s") from None
    except OSError as error:
        raise ValueError(f"it cannot be evaluated: {error.strerror or error}") from None
    try:
        answer = from_json(done.stdout, Answer)
    except msgspec.MsgspecError:
        output = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        raise ValueError(f"it cannot be evaluated: {output or f'its process ended with {done.code}'}") from None
    if answer.broken:
        raise UsageError(f"Rego needs the package regopy, which does not start: {answer.broken}", _HINT)
    if answer.error:
        raise ValueError(answer.error)
    return answer.results


def _plain_text(value: Any) -> str:
    """Encodes a subclass of str, such as an unknown value of Terraform, as its text alone. For msgspec."""
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no form in JSON")


def _ensure_installed() -> None:
    from importlib.util import find_spec

    if find_spec("regopy") is None:
        raise UsageError("Rego needs the package regopy, which is not installed", "pip install 'careen[rego]'")


def main() -> None:
    """The evaluating process: a task on standard input, the answer on standard output."""
    from .watched import in_watched_child

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the interpreter prints its errors
    in_watched_child(MAX_MEMORY_BYTES, lambda: _give_up(answers))
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    try:
        import regopy  # type: ignore[import-untyped]  # noqa: F401

        answer = Answer(_results(task))
    except (ImportError, OSError) as error:  # it needs a library that some systems lack
        answer = Answer(broken=str(error))
    except Exception as error:  # the interpreter raises only this type
        answer = Answer(error=_plain(str(error), task.modules))
    answers.write(msgspec.json.encode(answer))
    answers.flush()


def _give_up(answers: BinaryIO) -> None:
    answers.write(msgspec.json.encode(Answer(error=f"it takes more than {MAX_MEMORY_BYTES >> 30} GiB of memory")))
    answers.flush()


def _results(task: Task) -> list[list[Any]]:
    from regopy import Interpreter

    interpreter = Interpreter()
    for name, text in task.modules:
        interpreter.add_module(name, text)
    found = []
    for document in task.documents:
        interpreter.set_input(document)
        found.append([_answer(interpreter.query(query)) for query in task.queries])
    return found


def _answer(output: Any) -> Any:
    text = str(output)
    if text == "undefined":
        return None
    if not output.ok():
        raise ValueError(text)
    expressions = msgspec.json.decode(text).get("expressions") or [None]
    return expressions[0]


def _plain(text: str, modules: Sequence[tuple[str, str]]) -> str:
    """The first of the interpreter's errors, with file and line."""
    match = _ERROR.search(text)
    if match is None:
        return " ".join(text.split())[:300] or "it is not Rego"
    module = next((source for name, source in modules if name == match[1]), "")
    return f"{match[1]} line {module.count(chr(10), 0, int(match[2])) + 1}: {' '.join(match[3].split())[:200]}"


if __name__ == "__main__":
    main()
