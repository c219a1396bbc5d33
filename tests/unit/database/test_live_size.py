"""The generator of the feeds benchmark makes feeds that can be read, the same each time."""

import hashlib
import subprocess
import sys
from pathlib import Path

from tests.support.feeds import SOURCES

from careen.database.update import update

GENERATOR = Path(__file__).resolve().parents[3] / "benchmarks" / "feeds" / "generate.py"


GENERATED = {"alpine", "debian", "epss", "kev", "nvd", "osv"}  # the feeds that are large; the others are as in any mirror


def test_generated_feeds(tmp_path):
    digests = []
    for name in ("one", "two"):
        subprocess.run([sys.executable, GENERATOR, tmp_path / name, "--scale", "0.002"], check=True, stdout=subprocess.DEVNULL)
        digests.append(hashlib.sha256((tmp_path / name / "MANIFEST.json").read_bytes()).hexdigest())
    assert digests[0] == digests[1]
    result = update(tmp_path / "cache", SOURCES, mirror_at=str(tmp_path / "one"))
    assert {feed.source for feed in result.feeds if feed.state == "updated"} == GENERATED
    assert not result.failed
