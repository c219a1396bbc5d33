"""Our CSAF against the schema and all mandatory tests of CSAF 2.0, by the BSI's validator.

It needs Node.js and the package @secvisogram/csaf-validator-lib:
``npm install --prefix FOLDER @secvisogram/csaf-validator-lib``, then CAREEN_TEST_NODE_MODULES=FOLDER/node_modules.
"""

import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.reports import HOSTILE, REPORTS, hostile

from careen.plugins import ReportOptions
from careen.reports.csaf import REPORTER

MODULES = Path(os.environ.get("CAREEN_TEST_NODE_MODULES", "node_modules")).absolute()
VALIDATOR = MODULES / "@secvisogram" / "csaf-validator-lib"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None or not VALIDATOR.is_dir(), reason="no node, or no csaf-validator-lib in CAREEN_TEST_NODE_MODULES"
)


def errors_of(folder: Path) -> str:
    script = Path(__file__).with_name("check_csaf.mjs")
    command = [NODE, str(script), str(VALIDATOR), *map(str, sorted(folder.iterdir()))]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout


def write(path: Path, report) -> str:
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions())
    path.write_text(stream.getvalue(), "utf-8")
    return stream.getvalue()


def test_follows_the_schema_and_the_mandatory_tests(tmp_path):
    for name, report in (REPORTS | {f"hostile-{number}": hostile(text) for number, text in enumerate(HOSTILE)}).items():
        write(tmp_path / f"{name}.json", report)
    assert errors_of(tmp_path) == ""


def test_the_oracle_refuses_what_is_wrong(tmp_path):
    wrong = json.loads(write(tmp_path / "wrong.json", REPORTS["vulnerabilities"]))
    (scored,) = [one for one in wrong["vulnerabilities"] if "scores" in one]
    scored["scores"][0]["cvss_v3"]["baseScore"] = 1.0
    (tmp_path / "wrong.json").write_text(json.dumps(wrong), "utf-8")
    assert "mandatoryTest_6_1_9" in errors_of(tmp_path)
