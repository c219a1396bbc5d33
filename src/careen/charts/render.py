"""Renders a chart: each template by itself, so that one that fails does not hide others.

A value that is required and missing is "", as in ``helm lint``; the chart is then assessed, and gets a ``Trouble``.
**Source:** Helm, "Functions and Pipelines", "Named Templates", "The include Function", "The tpl function", "Chart
Hooks".
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from .chart import Chart, read_chart
from .context import top
from .files import unpacked
from .functions import FUNCTIONS
from .functions.arguments import typed
from .process import Job, Rendered, Template, Trouble
from .template import TemplateError, Templates, parse
from .template.run import NO_VALUE
from .values import coalesced, enabled, user_values

MAX_TROUBLES = 50
_TEST = re.compile(r"""["']?helm\.sh/hook["']?\s*:\s*["']?(?:[\w-]+\s*,\s*)*test""")
_DOCUMENT = re.compile(r"(?m)^---(?:[ \t].*)?$")
_parsed = lru_cache(maxsize=512)(parse)


def render(job: Job) -> Rendered:
    """Renders a chart. Raises ValueError if the chart or the user's values cannot be read."""
    return _Rendering(job).rendered()


class _Rendering:
    def __init__(self, job: Job) -> None:
        values = user_values(job.values, job.settings)
        self._chart, missing = enabled(read_chart(unpacked(job.files)), values)
        self._values = coalesced(self._chart, values)
        self._job = job
        self._troubles = [
            Trouble("Chart.yaml", 0, f"the subchart {name} is missing: run helm dependency build") for name in missing
        ]
        self._templates = Templates({**FUNCTIONS, **self._functions()})
        self._here = ("", 0)

    def rendered(self) -> Rendered:
        found: list[Template] = []
        charts = list(_all(self._chart, self._values))
        readable = set()
        for chart, _ in sorted(charts, key=lambda pair: -pair[0].path.count("/")):  # a parent's definition replaces
            for path, text in sorted(chart.templates.items(), key=lambda row: (-row[0].count("/"), row[0]), reverse=True):
                try:
                    self._templates.add(parse(text, f"{chart.path}/{path}"))
                    readable.add((chart.path, path))
                except TemplateError as error:
                    self._trouble(chart, path, error)
        for chart, values in charts:
            if chart.is_library:
                continue
            data = top(chart, values, self._job, chart is self._chart)
            for path in sorted(chart.templates):
                name = path.rpartition("/")[2]
                if (chart.path, path) in readable and not name.startswith("_") and name != "NOTES.txt":
                    found += self._one(chart, path, data)
        return Rendered(found, _bounded(self._troubles))

    def _one(self, chart: Chart, path: str, data: dict[str, Any]) -> Iterator[Template]:
        name = f"{chart.path}/{path}"
        base = {"Name": name, "BasePath": f"{chart.path}/templates"}
        self._here = (_place(chart, path), 0)
        try:
            text, lines = self._templates.run(name, {**data, "Template": base})
        except TemplateError as error:
            self._trouble(chart, path, error)
            return
        text = text.replace(NO_VALUE, "")
        if text.strip():
            yield Template(_place(chart, path), _without_tests(text), lines)

    def _trouble(self, chart: Chart, path: str, error: TemplateError) -> None:
        where = f" (in {error.name})" if error.name and error.name != f"{chart.path}/{path}" else ""
        line = 0 if where else error.line
        self._troubles.append(Trouble(_place(chart, path), line, f"not rendered: {error.message}{where}"))

    def _functions(self) -> dict[str, Callable[..., Any]]:
        return {
            "getHostByName": lambda name: "",
            "include": typed("sa", self._include),
            "lookup": lambda *_: {},
            "required": self._required,
            "tpl": typed("sa", self._tpl),
        }

    def _include(self, name: str, data: Any) -> str:
        nodes = self._templates.defined.get(name)
        if nodes is None:
            raise TemplateError(f"no template {name!r}")
        return self._templates.run_nodes(nodes, name, data)

    def _tpl(self, text: str, data: Any) -> str:
        """The output of a text that is a template. What the text defines is known in this text only."""
        defined = _parsed(text, "tpl")
        before = dict(self._templates.defined)
        self._templates.spend(len(before))
        try:
            self._templates.add(defined)
            return self._templates.run_nodes(defined["tpl"], "tpl", data).replace(NO_VALUE, "")
        finally:
            self._templates.defined = before

    def _required(self, message: Any, value: Any) -> Any:
        if value is None or value == "":
            self._troubles.append(Trouble(self._here[0], 0, f"rendered without a value that is required: {str(message)[:200]}"))
            return ""
        return value


def _all(chart: Chart, values: dict[str, Any]) -> Iterator[tuple[Chart, dict[str, Any]]]:
    yield chart, values
    for subchart in chart.subcharts:
        yield from _all(subchart, values[subchart.name])


def _bounded(troubles: list[Trouble]) -> list[Trouble]:
    """The first ``MAX_TROUBLES`` of the troubles, and one that states how many were left out."""
    more = len(troubles) - MAX_TROUBLES
    return [*troubles[:MAX_TROUBLES], Trouble("Chart.yaml", 0, f"{more} more")] if more > 0 else troubles


def _place(chart: Chart, path: str) -> str:
    return f"{chart.folder}/{path}" if chart.folder else path


def _without_tests(text: str) -> str:
    """Documents that only ``helm test`` installs become empty; every line stays where it is."""
    if "helm.sh/hook" not in text:
        return text
    starts = [0, *(match.end() for match in _DOCUMENT.finditer(text)), len(text)]
    parts = [text[start:end] for start, end in pairwise(starts)]
    return "".join(_emptied(part) if _TEST.search(part) else part for part in parts)


def _emptied(part: str) -> str:
    """A document with its lines emptied; the mark of the next document, which ends the part, stays."""
    body, mark = (part[:-3], "---") if part.endswith("---") else (part, "")
    return "\n" * body.count("\n") + mark
