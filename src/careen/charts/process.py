"""The process that renders charts, and the values that pass to it and back.

Nothing is raised: a chart that cannot be rendered has an ``error``.
"""

import os
import sys
import time
from collections.abc import Sequence
from errno import EFBIG

import msgspec
from msgspec import Struct

from careen.safety.typed import from_msgpack

TIMEOUT_S = 30.0  # of one process
MOST_S = 120.0  # of all charts that are rendered one by one
MAX_OUTPUT_BYTES = 256 << 20
MAX_MEMORY_BYTES = 1 << 30


class Job(Struct, frozen=True):
    """A chart to render: ``files`` by path below its folder, ``values`` the texts of values files, ``minor`` of
    Kubernetes 1.minor, and the names of its release and of that release's namespace."""

    files: dict[str, bytes]
    values: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    minor: int = 35
    release: str = "release"
    namespace: str = "release"


class Template(Struct, frozen=True):
    """The output of a template. ``path`` is below the chart's folder; ``lines`` has, for each line, the template's
    line that made it."""

    path: str
    text: str
    lines: list[int]


class Trouble(Struct, frozen=True):
    """Why a template was not rendered, or not as a cluster would get it. ``line`` 0: unknown."""

    path: str
    line: int
    reason: str


class Rendered(Struct, frozen=True):
    """The result for one chart. ``error``: why the chart was not rendered at all."""

    templates: list[Template] = []
    troubles: list[Trouble] = []
    error: str = ""


def rendered(jobs: Sequence[Job], timeout_s: float = TIMEOUT_S) -> list[Rendered]:
    """One result for each chart. If one chart ends the shared process, the others are rendered one by one."""
    answers, _ = _answers(jobs, timeout_s) if jobs else ([], "")
    end = time.monotonic() + MOST_S
    for job in jobs[len(answers) :]:
        left = min(timeout_s, end - time.monotonic())
        alone, why = _answers([job], left) if left > 0 else ([], "there is no time left to render it")
        answers += alone or [Rendered(error=why)]
    return answers


def _answers(jobs: Sequence[Job], timeout_s: float) -> tuple[list[Rendered], str]:
    """Renders the jobs in one process. Returns its results, and why the process ended: a reason to report only if results
    are missing.
    """
    from careen.exec import run

    try:
        done = run(
            (sys.executable, "-I", "-m", "careen.charts.process"),
            input=msgspec.msgpack.encode(list(jobs)),
            timeout_s=timeout_s,
            max_output_bytes=MAX_OUTPUT_BYTES,
            environ={name: value for name, value in os.environ.items() if name == "SYSTEMROOT"},
        )
    except TimeoutError:
        return [], f"rendering takes more than {timeout_s:g} s"
    except OSError as error:
        return [], "the rendered text is too large" if error.errno == EFBIG else str(error)
    return _read(done.stdout), f"its process ended with {done.code}"


def _read(data: bytes) -> list[Rendered]:
    """The results in the output of a process: each follows its length."""
    found, at = [], 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 8], "big")
        if at + 8 + size > len(data):
            break
        found.append(from_msgpack(data[at + 8 : at + 8 + size], Rendered))
        at += 8 + size
    return found


def main() -> None:
    """The rendering process: jobs on standard input, answers on standard output, one after another."""
    from careen.formats.data.watched import in_watched_child

    def answer(done: Rendered) -> None:
        data = msgspec.msgpack.encode(done)
        sys.stdout.buffer.write(len(data).to_bytes(8, "big") + data)
        sys.stdout.buffer.flush()

    in_watched_child(
        MAX_MEMORY_BYTES, lambda: answer(Rendered(error=f"rendering takes more than {MAX_MEMORY_BYTES >> 20} MiB of memory"))
    )
    from .render import render

    sys.setrecursionlimit(20_000)
    for job in from_msgpack(sys.stdin.buffer.read(), list[Job]):
        try:
            answer(render(job))
        except MemoryError:
            answer(Rendered(error=f"rendering takes more than {MAX_MEMORY_BYTES >> 20} MiB of memory"))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            answer(Rendered(error=str(error)[:300] or type(error).__name__))


if __name__ == "__main__":
    main()
