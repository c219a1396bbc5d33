"""The walk-through of docs/attesting.md, run against Debian's docker-registry: its commands, and the lines that it shows."""

import os
import re
import shutil
import subprocess

import pytest
from tests.support.command import ADVISORIES, ROOT
from tests.support.images import make_image, make_layer
from tests.support.real_registry import start_registry, stop_registry

from careen.images.distribution import Repository
from careen.images.names import parse_reference
from careen.net import NetSettings, make_fetcher

PAGE = ROOT / "docs" / "attesting.md"
BLOCK = re.compile(r"<!-- run: tests/docs/test_attesting.py -->\n```console\n(.*?)```\n", re.DOTALL)
DIGEST = re.compile(r"sha256([:-])[0-9a-f]{64}")
IMAGE = make_image([make_layer({"app/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.15"}'})])

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here: the walk-through makes keys with it")


def steps():
    """(command, the lines that the page shows for it), in order."""
    for block in BLOCK.findall(PAGE.read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, shown = [], []
            for line in part.splitlines():
                if not command:
                    command.append(line)
                elif line.startswith(">") and not shown:
                    command.append(line[1:].removeprefix(" "))
                else:
                    shown.append(line)
            yield "\n".join(command), shown


@pytest.fixture
def run(tmp_path):
    process, host = start_registry(tmp_path)
    try:
        repository = Repository(parse_reference(f"{host}/team/app:1"), make_fetcher(NetSettings()), {})
        for digest, data in IMAGE.blobs().items():
            repository.push_blob(digest, data)
        repository.push_manifest("1", IMAGE.manifest, IMAGE.media_type)
        folder = tmp_path / "work"
        (folder / "bin").mkdir(parents=True)
        program = folder / "bin" / "careen"
        program.write_text(f'#!/bin/sh\nexec "{shutil.which("python3", path=_python())}" -m careen "$@"\n')
        program.chmod(0o755)
        environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(folder),
            "IMAGE": f"{host}/team/app:1",
            "CAREEN_CACHE_DIR": str(folder / "cache"),
            "CAREEN_ADVISORIES": str(ADVISORIES),
            "CAREEN_DB_FROM": str(folder),
        }

        def call(command):
            finished = subprocess.run(
                ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
            )
            return DIGEST.sub(r"sha256\1…", finished.stdout.replace(environment["IMAGE"], "$IMAGE")), finished.stderr

        yield call
    finally:
        stop_registry(process)


def _python():
    import sys

    return os.path.dirname(sys.executable)


def test_the_walk_through(run):
    found = list(steps())
    assert len(found) > 6
    for command, shown in found:
        output, errors = run(command)
        for line in shown:
            assert line in output.splitlines(), (command, output, errors)
