"""Whatever a saved report has at any place, no format for people has a control character of it."""

import io
import json
from copy import deepcopy

import pytest
from msgspec.structs import replace
from tests.support.reports import usual
from tests.support.service import json_of

from careen.app.whole_report import read_report
from careen.app.wiring import reporters
from careen.model.image import Platform
from careen.plugins import ReportOptions

HOSTILE = "\x1b[31mred\x1b[0m\n::error::\u202e"
FORMATS = ("annotations", "csv", "markdown", "purls", "table", "tree")


def places(value, path=()):
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(min(len(value), 2)):
            yield (*path, key)
            yield from places(value[key], (*path, key))


def hostile_reports():
    document = json.loads(json_of(usual()))
    for path in places(document):
        changed = at = deepcopy(document)
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = HOSTILE
        try:
            yield path, read_report(json.dumps(changed).encode())
        except ValueError:
            continue  # refused
    platform = replace(usual().image, platform=Platform(HOSTILE, HOSTILE, HOSTILE))
    yield "platform", replace(usual(), image=platform, inventory=replace(usual().inventory, distribution=None))


@pytest.mark.parametrize("options", [ReportOptions(width=100), ReportOptions(width=0, verbose=True)], ids=["short", "all"])
def test_no_text_of_a_report_controls_the_terminal(options):
    known = reporters()
    for path, report in hostile_reports():
        for name in FORMATS:
            stream = io.StringIO()
            known[name].write(report, stream, options)
            text = stream.getvalue()
            assert not {"\x1b", "\u202e"} & set(text), (name, path)
            assert not any(line.startswith("::error::") for line in text.splitlines()), (name, path)
