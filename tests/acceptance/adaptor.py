"""Answers the requests of external evaluators with Careen's public functions; it knows nothing of its own.

Each ``*_ops.py`` beside this file has ``OPS``, a mapping of an operation's name to ``function(request) -> answer``.
"""

import importlib
from pathlib import Path
from typing import Any

_OPS: dict[str, Any] = {}
for _file in sorted(Path(__file__).parent.glob("*_ops.py")):
    _OPS.update(importlib.import_module(f"tests.acceptance.{_file.stem}").OPS)


def answer(request: dict[str, Any]) -> Any:
    return _OPS[request["op"]](request)
