"""The examples of docs/library.md run as they stand, and print what the page shows."""

import contextlib
import io
import re

from tests.conftest import ROOT
from tests.support.library import lay_out_examples

PAGE = ROOT / "docs" / "library.md"
BLOCK = re.compile(r"```(python|text)\n(.*?)```", re.DOTALL)


def test_the_examples_print_what_the_page_shows(tmp_path, monkeypatch, update):
    lay_out_examples(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    names, printed = {}, []

    def run(match):
        if match[1] == "text":
            return f"```text\n{printed.pop()}```"
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(match[2], str(PAGE), "exec"), names)  # the page is ours
        printed.append(out.getvalue())
        return match[0]

    text = PAGE.read_text("utf-8")
    ran = BLOCK.sub(run, text)
    if update:
        PAGE.write_text(ran, "utf-8")
        text = ran
    assert printed == [], "an example without its output"
    assert ran == text, "make golden rewrites the output"
