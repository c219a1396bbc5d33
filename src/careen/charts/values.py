"""The values for a chart's templates: those that the user sets, over those that the chart and its subcharts state.

**Source:** Helm, "Values Files", "Subcharts and Global Values", "Chart Dependencies" (conditions, tags, alias,
import-values).
Raises: ValueError for a setting that cannot be read.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .chart import Chart
from .functions.dicts import deep_copy
from .functions.yaml_text import from_yaml

_KEY = re.compile(r"((?:\\.|[^\\.\[\]=,])+)((?:\[\d{1,4}\])*)")
_SETTING = re.compile(r"(?:\\.|\{[^}]*\}|[^\\,])+")
_PLAIN = {"true": True, "false": False, "null": None}


def user_values(files: Iterable[str], settings: Iterable[str]) -> dict[str, Any]:
    """The user's values: those of values files, given as texts, of which a later file replaces values of earlier files;
    settings (``key.below=value,other=1``) replace the values of all files."""
    found: dict[str, Any] = {}
    for text in files:
        read = from_yaml(text)
        if read is not None and not isinstance(read, dict):
            raise ValueError("a values file is not a map")
        found = _over(read or {}, found)
    for text in settings:
        for setting in _SETTING.findall(text):
            _set(found, setting)
    return found


def enabled(chart: Chart, values: dict[str, Any]) -> tuple[Chart, list[str]]:
    """The chart with the subcharts that its conditions and tags select, and the names of those that are missing.

    A condition is decided by the values that the templates would get. Tags are values of the uppermost chart, over those of
    the chart that has the dependency.
    """
    return _selected(chart, values, {})


def coalesced(chart: Chart, values: dict[str, Any]) -> dict[str, Any]:
    """The values of a chart; those of a subchart are below its name. A null in the user's values removes a key of any
    chart."""
    found = _over(values, _without_null(chart.values))
    for subchart in chart.subcharts:
        own = found.get(subchart.name)
        given = deep_copy(own) if isinstance(own, dict) else {}
        common, mine = found.get("global") or {}, given.get("global") or {}
        if isinstance(common, dict) and isinstance(mine, dict):
            given["global"] = _over(common, mine)
        found[subchart.name] = coalesced(subchart, given)
    return _without_null(found)


def _over(upper: dict[str, Any], lower: dict[str, Any]) -> dict[str, Any]:
    """Both maps joined: maps are joined in turn, any other value of ``upper``, even null, replaces the one in
    ``lower``."""
    found = {key: deep_copy(value) for key, value in lower.items() if key not in upper}
    for key, value in upper.items():
        below = lower.get(key)
        found[key] = _over(value, below) if isinstance(value, dict) and isinstance(below, dict) else deep_copy(value)
    return found


def _without_null(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_null(value) if isinstance(value, dict) else value for key, value in values.items() if value is not None
    }


def _selected(chart: Chart, values: dict[str, Any], tags: dict[str, Any]) -> tuple[Chart, list[str]]:
    by_name = {subchart.name: subchart for subchart in reversed(chart.subcharts)}
    listed = [(item, _named(by_name, item)) for item in chart.dependencies]
    names = [item.get("name") for item in chart.dependencies]
    others = [subchart for subchart in chart.subcharts if subchart.name not in names]
    every = replace(chart, subcharts=[*others, *(subchart for _, subchart in listed if subchart)])
    seen = coalesced(every, values)
    own_tags = seen.get("tags")
    tags = _over(tags, own_tags) if isinstance(own_tags, dict) else tags
    wanted = [(item, subchart) for item, subchart in listed if _is_wanted(item, seen, tags)]
    missing = [str(item.get("name")) for item, subchart in wanted if subchart is None]
    kept = []
    for subchart in (*others, *(subchart for _, subchart in wanted if subchart)):
        inner, more = _selected(subchart, seen[subchart.name], tags)
        kept.append(inner)
        missing += more
    return replace(chart, subcharts=kept, values=_with_imports(chart, kept)), missing


def _named(by_name: dict[str, Chart], item: dict[str, Any]) -> Chart | None:
    """The subchart of a dependency, under its alias if it has one; None if it is missing."""
    name, alias = item.get("name"), item.get("alias")
    found = by_name.get(name) if isinstance(name, str) else None
    return _renamed(found, alias) if found and isinstance(alias, str) and alias else found


def _is_wanted(item: dict[str, Any], values: dict[str, Any], tags: dict[str, Any]) -> bool:
    """Whether a subchart is rendered: the first of its conditions that the values set decides, else its tags; without
    either, it is rendered."""
    for path in str(item.get("condition") or "").split(","):
        found: Any = values
        for name in path.strip().split("."):
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, bool):
            return found
    listed = item.get("tags")
    if isinstance(listed, list):
        states = [tags[tag] for tag in listed if isinstance(tag, str) and isinstance(tags.get(tag), bool)]
        if states:
            return any(states)
    return True


def _renamed(chart: Chart, alias: str) -> Chart:
    parent = chart.path.rpartition("/")[0]
    return _moved(replace(chart, name=alias), f"{parent}/{alias}" if parent else alias)


def _moved(chart: Chart, path: str) -> Chart:
    inner = [_moved(subchart, f"{path}/charts/{subchart.name}") for subchart in chart.subcharts]
    return replace(chart, path=path, subcharts=inner)


def _with_imports(chart: Chart, subcharts: list[Chart]) -> dict[str, Any]:
    """The chart's values over those that it imports from its subcharts."""
    imported: dict[str, Any] = {}
    for item in chart.dependencies:
        name = item.get("alias") or item.get("name")
        child = next((subchart for subchart in subcharts if subchart.name == name), None)
        for entry in item.get("import-values") or () if child and isinstance(item.get("import-values"), list) else ():
            if isinstance(entry, str):
                source, target = f"exports.{entry}", ""
            elif isinstance(entry, dict):
                source, target = str(entry.get("child", "")), str(entry.get("parent", ""))
            else:
                continue
            found: Any = child.values if child else {}
            for part in source.split("."):
                found = found.get(part) if isinstance(found, dict) else None
            if isinstance(found, dict):
                for part in reversed([part for part in target.split(".") if part not in ("", ".")]):
                    found = {part: found}
                imported = _over(found, imported)
    return _over(chart.values, imported) if imported else chart.values


def _set(target: dict[str, Any], setting: str) -> None:
    """Sets ``a.b[0].c=1`` in the map. Numbers, true, false and null become values of their type; ``{a,b}`` is a list."""
    path, mark, text = setting.partition("=")
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _KEY.match(path, at)
        if match is None:
            raise ValueError(f"{setting[:100]!r} is not KEY=VALUE")
        steps.append(re.sub(r"\\(.)", r"\1", match[1]))
        steps += [int(number) for number in re.findall(r"\[(\d+)\]", match[2])]
        at = match.end() + (1 if path[match.end() : match.end() + 1] == "." else 0)
    if not mark or not steps or len(steps) > 50 or any(isinstance(step, int) and step > 1000 for step in steps):
        raise ValueError(f"{setting[:100]!r} is not KEY=VALUE")
    here: Any = target
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        new: Any = _value(text) if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if not isinstance(here, list):
                raise ValueError(f"{setting[:100]!r} sets an item of a value that is not a list")  # noqa: TRY004
            here += [None] * (step + 1 - len(here))
        elif not isinstance(here, dict):
            raise ValueError(f"{setting[:100]!r} sets a key of a value that is not a map")  # noqa: TRY004
        old = here[step] if isinstance(step, int) else here.get(step)
        if following is None or type(old) is not type(new):
            here[step] = new
        here = here[step]


def _value(text: str) -> Any:
    if text.startswith("{") and text.endswith("}"):
        return [_value(item) for item in text[1:-1].split(",")] if text != "{}" else []
    if text in _PLAIN:
        return _PLAIN[text]
    return int(text) if re.fullmatch(r"-?(?:0|[1-9]\d{0,17})", text) else re.sub(r"\\(.)", r"\1", text)
