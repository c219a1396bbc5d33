"""Helm charts among the files: rendered by ``helm template`` if that is allowed, else reported as not assessed.

``helm`` runs the functions of templates, never a program of the chart; it gets an empty home, no cluster and no plugins. A
finding is reported in the template, at the line that the rendered line comes from, as far as their keys show.
Raises: InputError if helm is not installed.
**Source:** Helm documentation, "helm template", "The Chart.yaml File".
"""

import posixpath
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from msgspec import Struct

from careen.errors import InputError
from careen.exec import Finished
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.output.lines import plural

from .kind import SourceFile

TIMEOUT_S = 60.0
MAX_OUTPUT_BYTES = 32 * 1024 * 1024
MAX_CHARTS = 200
MAX_COMPARED = 4_000_000  # pairs of lines
_SOURCE = re.compile(r"(?m)^# Source: (\S+)[ \t]*$")
_CHART = re.compile(r"(?m)^apiVersion\s*:\s*['\"]?v[12]\b")
_KEY = re.compile(r"\s*(?:-\s+)?([\w./-]+\s*:)?(.*)")

Run = Callable[..., Finished]


class Charts(Struct, frozen=True):
    """``files`` has rendered manifests instead of chart templates; ``lines`` has, for each rendered file, the template's line
    of each of its lines."""

    files: tuple[SourceFile, ...]
    unknowns: tuple[Unknown, ...]
    lines: Mapping[str, tuple[int | None, ...]]


def with_charts(files: Sequence[SourceFile], run: Run | None) -> Charts:
    """``run`` starts a program (``careen.exec.run``); None: charts are not rendered."""
    folders = _charts(files)
    if not folders:
        return Charts(tuple(files), (), {})
    kept = [file for file in files if not _is_template(file, folders) and posixpath.basename(file.path) != "Chart.yaml"]
    unknowns: list[Unknown] = []
    rendered: list[SourceFile] = []
    lines: dict[str, tuple[int | None, ...]] = {}
    text_by_path = {file.path: file.text for file in files}
    for number, folder in enumerate(folders):
        place = Evidence(posixpath.join(folder, "Chart.yaml"), 0)
        if run is None or number >= MAX_CHARTS:
            count = sum("{{" in file.text and _is_template(file, (folder,)) for file in files)
            why = f"a Helm chart, not assessed ({plural(count, 'template')}): --allow-helm renders it"
            unknowns.append(Unknown("helm", place, why if number < MAX_CHARTS else f"more than {MAX_CHARTS} charts"))
            continue
        try:
            output = _render(folder, run)
        except (OSError, ValueError) as error:
            unknowns.append(Unknown("helm", place, f"not assessed: {error}"))
            continue
        for path, text in _parts(folder, output):
            rendered.append(SourceFile(path, text))
            template = text_by_path.get(path)
            lines[path] = _lines(text, template) if template is not None else (None,) * (text.count("\n") + 1)
    kept = [file for file in kept if file.path not in lines]  # a template without template syntax
    return Charts((*kept, *rendered), tuple(unknowns), lines)


def _charts(files: Sequence[SourceFile]) -> tuple[str, ...]:
    """The folders of charts, without the subcharts of their ``charts`` folders."""
    found = sorted(
        posixpath.dirname(file.path)
        for file in files
        if posixpath.basename(file.path) == "Chart.yaml" and _CHART.search(file.text)
    )
    return tuple(folder for folder in found if not any(_below(folder, posixpath.join(other, "charts")) for other in found))


def _is_template(file: SourceFile, folders: Sequence[str]) -> bool:
    """Whether only its chart gives the file a meaning; manifests without template syntax are checked as they are."""
    for folder in folders:
        if _below(file.path, folder):
            inside = file.path.removeprefix(folder).strip("/").split("/")
            if "templates" in inside[:-1] and "{{" in file.text:
                return True
            if inside[-1] == "Chart.yaml" or inside[-1].startswith("values"):
                return True
    return False


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _render(folder: str, run: Run) -> str:
    with tempfile.TemporaryDirectory(prefix="careen-helm-") as home:
        environ = {**_path(), "HOME": home, "HELM_PLUGINS": home, "HELM_NO_PLUGINS": "1", "KUBECONFIG": f"{home}/none"}
        target = str(Path.cwd() / folder)
        try:
            # The chart does not decide where it is installed: without the flag, everything would be in the namespace default.
            argv = ("helm", "template", "release", target, "--skip-tests", "--namespace", "release")
            done = run(argv, timeout_s=TIMEOUT_S, max_output_bytes=MAX_OUTPUT_BYTES, environ=environ)
        except FileNotFoundError:
            raise InputError(
                "--allow-helm is set, but helm is not installed",
                "install helm, or render elsewhere: helm template CHART | careen check -",
            ) from None
    if done.code != 0:
        message = " ".join(done.stderr.decode("utf-8", "replace").split())[:300]
        raise ValueError(f"helm template failed: {message or done.code}")
    return done.stdout.decode("utf-8", "replace")


def _path() -> dict[str, str]:
    import os

    return {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}


def _parts(folder: str, output: str) -> Iterator[tuple[str, str]]:
    """Rendered manifests by template, in the order of the output."""
    by_path: dict[str, list[str]] = {}
    marks = [*_SOURCE.finditer(output)]
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        text = output[mark.end() : following.start() if following else len(output)]
        inside = posixpath.normpath(posixpath.join("/", mark[1].partition("/")[2])).lstrip("/")
        by_path.setdefault(posixpath.join(folder, inside), []).append(text.removesuffix("---\n"))
    yield from ((path, "\n---\n".join(parts)) for path, parts in by_path.items())


def _lines(rendered: str, template: str) -> tuple[int | None, ...]:
    """For each rendered line that of the template: lines with equal keys are matched, others get the line before."""
    made, given = rendered.split("\n"), template.split("\n")
    if len(made) * len(given) > MAX_COMPARED:
        return (None,) * len(made)
    found: list[int | None] = [None] * len(made)
    for block in SequenceMatcher(None, [*map(_shape, made)], [*map(_shape, given)], autojunk=False).get_matching_blocks():
        for step in range(block.size):
            found[block.a + step] = block.b + step + 1
    for index in range(1, len(found)):
        if found[index] is None:
            found[index] = found[index - 1]
    return tuple(found)


def _shape(line: str) -> str:
    """A line with a key without its value, which differs between template and output; other lines whole."""
    match = _KEY.match(line)
    return (match[1] or match[2]).strip() if match else line
