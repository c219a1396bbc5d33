"""Blocks that are marked as run are run: each command in turn, in one folder for the page.

A block is marked by ``<!-- run -->`` above it. Lines that begin with ``$`` are commands; the lines after one occur in its
output, in this order; ``…`` stands for anything.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.support.command import ADVISORIES

BLOCK = re.compile(r"<!-- run -->\n```console\n(.*?)```", re.DOTALL)
PAGES = [page for page in sorted(ROOT.glob("docs/**/*.md")) if BLOCK.search(page.read_text("utf-8"))]


def commands(text):
    """(command, the lines that its output has)"""
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, [line.strip() for line in lines if line.strip() not in ("", "…")]


@pytest.fixture
def environment(tmp_path):
    """``careen`` is this checkout; the advisories are the examples, so that no network is needed."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "careen"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m careen "$@"\n')
    program.chmod(0o755)
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "CAREEN_CACHE_DIR": str(tmp_path / "cache"),
        "CAREEN_OFFLINE": "true",
        "CAREEN_ADVISORIES": str(ADVISORIES),
        "CAREEN_ACCEPT": "no_advisories",
        "COLUMNS": "80",
        "LANG": "C.UTF-8",
    }


@pytest.mark.skipif(os.name == "nt", reason="the commands are those of a POSIX shell")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_runs_prints_what_it_shows(page, tmp_path, environment):
    folder = tmp_path / "here"
    folder.mkdir()
    ran = 0
    for command, lines in commands(page.read_text("utf-8")):
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        output = " ".join((done.stdout + done.stderr).split())
        at = 0
        for line in lines:
            found = output.find(" ".join(line.split()), at)
            assert found >= 0, f"{command}: {line!r} is not in:\n{done.stdout}{done.stderr}"
            at = found + len(line)
        assert lines or done.returncode == 0, f"{command}: {done.stderr}"
        ran += 1
    assert ran


def test_the_tutorial_is_run():
    assert ROOT / "docs/tutorial.md" in PAGES
    assert len(list(commands(Path(ROOT / "docs/tutorial.md").read_text("utf-8")))) >= 8
