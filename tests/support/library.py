"""The folder that the examples of the library run in: the demonstration image, advisories, and files to check."""

import importlib
import shutil
import sys

from tests.conftest import ROOT


def lay_out_examples(folder):
    sys.path.insert(0, str(ROOT / "examples"))
    try:
        importlib.import_module("build_demo").build(folder / "image.tar")
    finally:
        sys.path.remove(str(ROOT / "examples"))
        sys.modules.pop("build_demo", None)
    for name in ("advisories", "shop"):
        shutil.copytree(ROOT / "examples" / name, folder / name)
