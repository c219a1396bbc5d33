"""Templates of OpenShift."""

import pytest

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.kubernetes import manifest_files
from careen.formats.kubernetes.openshift_template import objects_of

TEXT = """\
apiVersion: template.openshift.io/v1
kind: Template
parameters:
- {name: IMAGE, value: "nginx:latest"}
- {name: FLAG, value: "true"}
- {name: NONE}
- {name: EMPTY, value: ""}
objects:
- apiVersion: v1
  kind: Pod
  metadata: {name: "web-${NONE}${EMPTY}", labels: {"${FLAG}": "${FLAG}"}}
  spec:
    hostPID: ${{FLAG}}
    containers:
    - {image: "${IMAGE}", args: ["a${{FLAG}}", "$IMAGE", "${{NONE}}", 7]}
"""


def test_parameters_have_their_values():
    (pod,) = objects_of(yaml_document.read(TEXT)[0])
    assert pod["metadata"] == {"name": "web-${NONE}", "labels": {"true": "true"}}
    assert pod["spec"]["hostPID"] is True
    assert pod["spec"]["containers"] == [{"image": "nginx:latest", "args": ["a${{FLAG}}", "$IMAGE", "${{NONE}}", 7]}]
    assert (pod["spec"].line_of("hostPID"), pod["spec"].maps("containers")[0].line) == (13, 15)


def test_pods_of_a_template_are_found():
    (pod,) = manifest_files.read([("a.yaml", TEXT)]).pods
    assert [container.image for container in pod.containers] == ["nginx:latest"]


def test_texts_that_grow_without_end():
    text = TEXT.replace("nginx:latest", "x" * 100_000).replace('"$IMAGE"', ", ".join(['"${IMAGE}"'] * 100))
    with pytest.raises(FileLimitError):
        objects_of(yaml_document.read(text)[0])
