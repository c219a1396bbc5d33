"""The answer as one HTML file that draws the graph: data, style, script and the library that draws are all inside it.

Its policy lets nothing else in: no address is asked, and scripts run by their hashes alone. Text of the scanned files stands
in one block of JSON without ``<``, ``>`` and ``&``, and is set as text where it is shown.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any, TextIO

import msgspec

from careen.output.escape import visible
from careen.plugins import ReportOptions

from .document import document
from .report import Exposure

ASSETS = Path(__file__).parent / "assets"
_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$")  # a file that is not there
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_HOLE = re.compile(r"@@([A-Z]+)@@")
LONGEST = 400  # characters of one text


def write(answer: Exposure, stream: TextIO, options: ReportOptions) -> None:
    scripts = {
        "CYTOSCAPE": _MAP.sub("", _asset("vendor/cytoscape.min.js")),
        "DAGRE": _MAP.sub("", _asset("vendor/cytoscape-dagre.min.js")),
        "SCRIPT": _asset("page.js"),
    }
    hashes = " ".join(f"'sha256-{_hash(text)}'" for text in scripts.values())
    policy = f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    parts = {"POLICY": policy, "STYLE": _asset("page.css"), "DATA": _json(_data(answer)), **scripts}
    stream.write(_HOLE.sub(lambda hole: parts[hole[1]], _asset("page.html")))


def _data(answer: Exposure) -> dict[str, Any]:
    """The document with numbers for ids, and every text made safe to look at."""
    whole = document(answer)
    number = {node["id"]: at for at, node in enumerate(whole["nodes"])}
    return {
        key: _shown(value)
        for key, value in {
            "targets": whole["targets"],
            "totals": whole["totals"],
            "nodes": [{key: value for key, value in node.items() if key != "id"} for node in whole["nodes"]],
            "edges": [
                {"source": number[one["source"]], "target": number[one["target"]], "way": one["reasons"][0]["way"]}
                for one in whole["edges"]
            ],
            "links": [{"source": number[one["source"]], "target": number[one["target"]]} for one in whole["links"]],
            "paths": [
                {
                    **{key: path[key] for key in ("severity", "score", "likelihood", "worth")},
                    "start": number[path["start"]],
                    "nodes": [number[id] for id in path["nodes"]],
                    "taken": [number[id] for id in path["taken_with"]],
                    "steps": [
                        {
                            **{key: step[key] for key in ("way", "ease", "reasons")},
                            "source": number[step["source"]],
                            "target": number[step["target"]],
                        }
                        for step in path["steps"]
                    ],
                }
                for path in whole["paths"]
            ],
            "vulnerabilities": [one | {"container": number[one["container"]]} for one in whole["vulnerabilities"]],
            "images": whole["images"],
            "notes": whole["notes"],
            "unknowns": whole["unknowns"],
        }.items()
    }


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value, LONGEST)
    if isinstance(value, dict):
        return {key: _shown(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_shown(part) for part in value]
    return value


def _json(data: Any) -> str:
    text = msgspec.json.encode(data).decode()
    return "".join(_UNSAFE.get(character, character) for character in text) if re.search("[<>&\u2028\u2029]", text) else text


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
