"""Rego modules evaluated over documents, in a process of its own with bounded time and memory.

In: modules (path, text), queries, documents of plain data. Out: for each document and query what it answers, or None where
there is no such rule. The interpreter knows no network and no files.
Raises: UsageError where the extra ``rego`` is missing, ValueError where a module is no Rego or takes too long.
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
_HINT = "install what the message names: on Debian and Ubuntu libatomic.so.1 comes with the package libatomic1"


class Task(Struct):
    modules: list[tuple[str, str]]
    queries: list[str]
    documents: list[Any]


class Answer(Struct, omit_defaults=True):
    results: list[list[Any]] = []
    error: str = ""
    broken: str = ""  # why the interpreter itself does not start


def package_of(text: str) -> str:
    """The package of a module. Raises ValueError where it has none."""
    match = _PACKAGE.search(text)
    if match is None:
        raise ValueError("no Rego module: it has no package")
    return match[1]


def metadata_of(text: str) -> dict[str, Any]:
    """The first ``# METADATA`` block, which is YAML in comments; {} where there is none."""
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
    """For each document what each query answers; None where the rule is not defined."""
    from careen.exec import run

    _ensure_there()
    task = msgspec.json.encode(Task(list(modules), list(queries), list(documents)))
    try:
        done = run(
            (sys.executable, "-I", "-m", "careen.formats.data.rego"),
            input=task,
            timeout_s=timeout_s,
            max_output_bytes=MAX_OUTPUT_BYTES,
            environ={
                name: value for name, value in os.environ.items() if name == "SYSTEMROOT"
            },  # Windows starts nothing without
        )
    except TimeoutError:
        raise ValueError(f"it takes more than {timeout_s:g} s") from None
    except OSError as error:
        raise ValueError(f"it cannot be evaluated: {error.strerror or error}") from None
    try:
        answer = from_json(done.stdout, Answer)
    except msgspec.MsgspecError:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        raise ValueError(f"it cannot be evaluated: {said or f'its process ended with {done.code}'}") from None
    if answer.broken:
        raise UsageError(f"Rego needs the package regopy, which does not start: {answer.broken}", _HINT)
    if answer.error:
        raise ValueError(answer.error)
    return answer.results


def _ensure_there() -> None:
    from importlib.util import find_spec

    if find_spec("regopy") is None:
        raise UsageError("Rego needs the package regopy, which is not installed", "pip install 'careen[rego]'")


def main() -> None:
    """The process that evaluates: a task on standard input, the answer on standard output."""
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the interpreter prints its errors
    _watch(told)
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    try:
        import regopy  # type: ignore[import-untyped]  # noqa: F401

        answer = Answer(_results(task))
    except (ImportError, OSError) as error:  # it was built against a library that is not on every system
        answer = Answer(broken=str(error))
    except Exception as error:  # of the interpreter, which has one kind
        answer = Answer(error=_plain(str(error), task.modules))
    told.write(msgspec.json.encode(answer))
    told.flush()


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
        return " ".join(text.split())[:300] or "it is no Rego"
    module = next((source for name, source in modules if name == match[1]), "")
    return f"{match[1]} line {module.count(chr(10), 0, int(match[2])) + 1}: {' '.join(match[3].split())[:200]}"


def _watch(told: BinaryIO) -> None:
    """Where the system tells it, the evaluation goes on in a child that is ended when it takes too much memory.

    No limit of the system does: the interpreter reserves addresses by the hundred GiB, and uses little of them.
    """
    import signal
    import time

    if not os.path.isfile("/proc/self/statm"):  # noqa: PTH113
        return
    child = os.fork()
    if child == 0:
        return
    page = os.sysconf("SC_PAGE_SIZE")
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        with open(f"/proc/{child}/statm", "rb") as stream:  # noqa: PTH123
            if int(stream.read().split()[1]) * page > MAX_MEMORY_BYTES:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                told.write(msgspec.json.encode(Answer(error=f"it takes more than {MAX_MEMORY_BYTES >> 30} GiB of memory")))
                told.flush()
                break
        time.sleep(0.01)
    os._exit(0)


if __name__ == "__main__":
    main()
