"""``document_valid``: whether Careen can read an SBOM or a VEX document."""

from pathlib import Path
from typing import Any

from careen.errors import Error
from careen.formats.vex.vex_file import read_vex
from careen.sboms import cyclonedx, spdx


def document_valid(request: dict[str, Any]) -> bool:
    data = Path(request["path"]).read_bytes()
    try:
        match request["format"]:
            case "cyclonedx":
                cyclonedx.read(data)
            case "spdx":
                spdx.read(data)
            case _:
                read_vex(data, request["path"])
    except (ValueError, Error):
        return False
    return True


OPS = {"document_valid": document_valid}
