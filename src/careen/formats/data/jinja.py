"""A template of the user's (Jinja 3.1), filled in with plain data, in a separate process with bounded time, memory and output.

The sandbox of Jinja gives the template no access to files, other templates or the inside of Python. A name that ends in
``.html``, ``.htm``, ``.xml`` or ``.svg`` (before ``.j2``, ``.jinja``, ``.tpl``) is filled in with escaped text.
Raises: ValueError if the text is not a template, fails, or exceeds a bound.
**Source:** Jinja, "Sandbox" and "Autoescaping".
"""

import os
import sys
from errno import EFBIG
from typing import Any

import msgspec
from msgspec import Struct

from careen.safety.typed import from_json

TIMEOUT_S = 30.0
MAX_TEMPLATE_BYTES = 1024 * 1024
MAX_OUTPUT_BYTES = 64 * 1024 * 1024
MAX_MEMORY_BYTES = 1024**3
ESCAPED = (".html", ".htm", ".xml", ".svg")
_OWN = (".j2", ".jinja", ".jinja2", ".tpl", ".tmpl")


class Task(Struct):
    name: str
    text: str
    values: dict[str, Any] | None  # None: the template is read, and not filled in


class Answer(Struct, omit_defaults=True):
    text: str = ""
    error: str = ""


def filled(name: str, text: str, values: dict[str, Any] | None, timeout_s: float = TIMEOUT_S) -> str:
    """The output of the template with these values. With None for ``values`` the template is only parsed, and the
    result is ""."""
    from careen.exec import run

    try:
        done = run(
            (sys.executable, "-I", "-m", "careen.formats.data.jinja"),
            input=msgspec.json.encode(Task(name, text, values)),
            timeout_s=timeout_s,
            max_output_bytes=MAX_OUTPUT_BYTES,
            environ={name: value for name, value in os.environ.items() if name == "SYSTEMROOT"},
        )
    except TimeoutError:
        raise ValueError(f"it takes more than {timeout_s:g} s") from None
    except OSError as error:
        raise ValueError(f"its output is too large: {error.strerror}" if error.errno == EFBIG else str(error)) from None
    try:
        answer = from_json(done.stdout, Answer)
    except msgspec.MsgspecError:
        raise ValueError(f"its process ended with {done.code}") from None
    if answer.error:
        raise ValueError(answer.error)
    return answer.text


def is_escaped(name: str) -> bool:
    lower = name.lower()
    for ending in _OWN:
        lower = lower.removesuffix(ending)
    return lower.endswith(ESCAPED)


def main() -> None:
    """The filling process: a task on standard input, the answer on standard output."""
    from .watched import in_watched_child

    def answer(done: Answer) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(done))
        sys.stdout.buffer.flush()

    in_watched_child(
        MAX_MEMORY_BYTES, lambda: answer(Answer(error=f"it takes more than {MAX_MEMORY_BYTES >> 20} MiB of memory"))
    )
    answer(_answer(from_json(sys.stdin.buffer.read(), Task)))


def _answer(task: Task) -> Answer:
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    sandbox = ImmutableSandboxedEnvironment(
        autoescape=is_escaped(task.name), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    try:
        template = sandbox.from_string(task.text)
        return Answer() if task.values is None else Answer(_bounded(template.generate(task.values)))
    except TemplateSyntaxError as error:
        return Answer(error=f"line {error.lineno}: {error.message}"[:300])
    except TemplateError as error:
        return Answer(error=f"{error.message or type(error).__name__}"[:300])
    except Exception as error:  # whatever an expression of the template raises
        return Answer(error=f"{type(error).__name__}: {error}"[:300])


def _bounded(parts: Any) -> str:
    found, size = [], 0
    for part in parts:
        size += len(part)
        if size > MAX_OUTPUT_BYTES // 2:  # JSON makes it longer
            raise ValueError(f"its output has more than {MAX_OUTPUT_BYTES >> 21} MiB of text")
        found.append(part)
    return "".join(found)


if __name__ == "__main__":
    main()
