"""``document_valid``: whether a document follows its specification."""

from pathlib import Path
from typing import Any

from careen.validation.document import KINDS, validate


def document_valid(request: dict[str, Any]) -> bool:
    kind = request["format"]
    try:
        return validate(Path(request["path"]).read_bytes(), kind if kind in KINDS else "").valid
    except ValueError:
        return False


OPS = {"document_valid": document_valid}
