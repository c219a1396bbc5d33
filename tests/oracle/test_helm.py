"""The recorded output of charts is that of the Helm that is installed, if one is, and ours is that of its starter chart."""

import json
import shutil
import subprocess

import pytest
import yaml
from tests.oracle.helm_record import chart_output, expression_output, shop_output
from tests.support.charts import HERE

from careen.charts import Job, rendered
from careen.charts.files import folder_files

pytestmark = pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not installed")
CASES = json.loads((HERE / "expressions.json").read_text("utf-8")) if shutil.which("helm") else []


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=range(len(CASES)))
def test_expressions(expression, expected):
    assert expression_output(expression) == expected


@pytest.mark.parametrize(("name", "values"), [("shop.yaml", False), ("shop-set.yaml", True)])
def test_charts(name, values):
    assert documents(shop_output(values)) == documents((HERE / name).read_text("utf-8"))


def test_the_chart_that_helm_creates(tmp_path):
    subprocess.run(["helm", "create", "starter"], cwd=tmp_path, check=True, capture_output=True)
    (answer,) = rendered([Job(folder_files(tmp_path / "starter"))])
    assert (answer.error, answer.troubles) == ("", [])
    assert documents("\n---\n".join(template.text for template in answer.templates)) == documents(
        chart_output(tmp_path / "starter")
    )


def documents(text: str) -> list[dict]:
    found = [document for document in yaml.safe_load_all(text) if document]
    return sorted(found, key=lambda document: (document["kind"], document["metadata"]["name"]))
