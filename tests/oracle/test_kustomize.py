"""What Kustomize itself makes of the same trees, where it is installed: ``kustomize``, or ``kubectl``."""

import shutil
import subprocess

import pytest
from tests.support.kustomizations import built_objects, cases, normal, objects_of, texts_of

KUSTOMIZE = shutil.which("kustomize")
KUBECTL = shutil.which("kubectl")
COMMAND = [KUSTOMIZE, "build"] if KUSTOMIZE else [KUBECTL, "kustomize"] if KUBECTL else []
pytestmark = pytest.mark.skipif(not COMMAND, reason="neither kustomize nor kubectl is installed")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_objects_are_equal(case):
    done = subprocess.run([*COMMAND, str(case / "over")], capture_output=True, text=True, check=True, timeout=60)
    assert built_objects(texts_of(case)) == normal(objects_of(done.stdout))
    assert normal(objects_of(done.stdout)) == normal(objects_of((case / "expected.yaml").read_text()))
