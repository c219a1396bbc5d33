"""Puts the digests of the code into a wheel, so that copies of it agree on which entries of a cache are theirs."""

import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "src/careen"


class ContentsHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # its files will change
            return
        package = Path(self.root, PACKAGE)
        contents = runpy.run_path(str(package / "contents.py"))
        self._folder = tempfile.TemporaryDirectory(prefix="careen-build-")
        made = Path(self._folder.name, contents["BUILT"])
        made.write_text(contents["record_of"](str(package)), "utf-8")
        build_data["force_include"][str(made)] = f"careen/{made.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._folder.cleanup()
