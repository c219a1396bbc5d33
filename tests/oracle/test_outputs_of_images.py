"""What ``careen scan`` writes about real images, against official schemas and the maintained validators of each format.

With CAREEN_TEST_IMAGES, it scans every image of CAREEN_TEST_CORPUS, a folder of OCI layouts (default: ``.cache/corpus/oci``).
CAREEN_TEST_DATABASE is an advisory database, without which few images have findings. CAREEN_TEST_NODE_MODULES has the packages
@secvisogram/csaf-validator-lib and @microsoft/sarif-multitool (``npm install --prefix FOLDER …``, then FOLDER/node_modules).
What is not there is skipped.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.conftest import ROOT
from tests.support.command import Shell

CORPUS = Path(os.environ.get("CAREEN_TEST_CORPUS", ROOT / ".cache" / "corpus" / "oci"))
MODULES = Path(os.environ.get("CAREEN_TEST_NODE_MODULES", ROOT / ".cache" / "tools" / "node_modules")).absolute()
CSAF, SARIF = (
    MODULES / "@secvisogram" / "csaf-validator-lib",
    MODULES / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool",
)
FORMATS = {"sarif": "sarif", "csaf": "csaf.json", "openvex": "openvex.json", "github": "github.json", "junit": "junit.xml"}
SCHEMAS = Path(__file__).parent / "schemas"
IMAGES = sorted(path.name for path in CORPUS.iterdir()) if os.environ.get("CAREEN_TEST_IMAGES") and CORPUS.is_dir() else []

pytestmark = pytest.mark.skipif(
    not IMAGES, reason="CAREEN_TEST_IMAGES is not set, or there are no images in CAREEN_TEST_CORPUS"
)


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def outputs(shell):
    """The files of one image by format; each image is scanned once. None for an image that cannot be read."""
    known = {}

    def outputs_of(image):
        if image not in known:
            files = {format: shell.home / f"{image}.{ending}" for format, ending in FORMATS.items()}
            flags = [flag for format, path in files.items() for flag in ("--format", f"{format}={path}")]
            database = os.environ.get("CAREEN_TEST_DATABASE")
            flags += ["--db", database] if database else []
            done = shell.run("scan", CORPUS / image, "--offline", "--quiet", *flags, timeout=600)
            assert done.returncode in (0, 3), done.stderr
            assert "Traceback" not in done.stderr
            (written,) = {path.exists() for path in files.values()}
            known[image] = files if written else None
        if known[image] is None:
            pytest.skip("no image: it is damaged")
        return known[image]

    return outputs_of


def jsonschema_errors(name, path, part=None):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((SCHEMAS / name).read_text("utf-8"))
    whole = {**schema[part], "components": {"schemas": schema}} if part else schema  # references are those of the whole API
    found = jsonschema.Draft202012Validator(whole).iter_errors(json.loads(path.read_text("utf-8")))
    return [(list(error.path), error.message[:200]) for error in found]


@pytest.mark.parametrize("image", IMAGES)
def test_schemas(outputs, image):
    files = outputs(image)
    assert jsonschema_errors("github-snapshot.schemas.json", files["github"], "snapshot") == []
    stated = json.loads(files["openvex"].read_text("utf-8"))["statements"]
    # A document without a statement is not valid, and there is nothing to state about an image without findings.
    expected = [] if stated else [(["statements"], "[] should be non-empty")]
    assert jsonschema_errors("openvex-0.2.0.schema.json", files["openvex"]) == expected
    root = ElementTree.parse(files["junit"]).getroot()
    assert int(root.get("tests")) == len(list(root.iter("testcase")))


@pytest.mark.skipif(shutil.which("node") is None or not CSAF.is_dir(), reason="no node, or no csaf-validator-lib")
@pytest.mark.parametrize("image", IMAGES)
def test_csaf_follows_the_schema_and_the_mandatory_tests(outputs, image):
    script = Path(__file__).with_name("check_csaf.mjs")
    command = ["node", str(script), str(CSAF), str(outputs(image)["csaf"])]
    assert subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout == ""


@pytest.mark.skipif(not os.access(SARIF, os.X_OK), reason="no sarif-multitool, or it may not be executed")
@pytest.mark.parametrize("image", IMAGES)
def test_sarif_has_no_error(outputs, image, tmp_path):
    result = tmp_path / "result.sarif"
    command = [SARIF, "validate", outputs(image)["sarif"], "--output", result, "--level", "Error", "--log", "ForceOverwrite"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900, check=False)
    (run,) = json.loads(result.read_text("utf-8-sig"))["runs"]
    assert [(found["ruleId"], found["message"]) for found in run.get("results", [])] == []
    assert done.returncode == 0
