"""The result as one HTML file that draws the graph, with data, style, script and drawing library inside.

Its content security policy allows no requests, and scripts only by their hashes. Text of the scanned files is in one block
of JSON without ``<``, ``>`` and ``&``, and is displayed as text, never as markup.
"""

import re
from pathlib import Path
from typing import Any, TextIO

from careen.output.embedding import hash_source, json_block, shown
from careen.plugins import ReportOptions

from .document import document
from .report import Exposure

ASSETS = Path(__file__).parent / "assets"
_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$")  # it refers to a file that does not exist
_PLACEHOLDER = re.compile(r"@@([A-Z]+)@@")


def write(answer: Exposure, stream: TextIO, options: ReportOptions) -> None:
    scripts = {
        "CYTOSCAPE": _MAP.sub("", _asset("vendor/cytoscape.min.js")),
        "DAGRE": _MAP.sub("", _asset("vendor/cytoscape-dagre.min.js")),
        "SCRIPT": _asset("page.js"),
    }
    hashes = " ".join(hash_source(text) for text in scripts.values())
    policy = f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    parts = {"POLICY": policy, "STYLE": _asset("page.css"), "DATA": json_block(_data(answer)), **scripts}
    stream.write(_PLACEHOLDER.sub(lambda match: parts[match[1]], _asset("page.html")))


def _data(answer: Exposure) -> dict[str, Any]:
    """The JSON document with numbers in place of ids, and every text made safe to display."""
    whole = document(answer)
    number = {node["id"]: at for at, node in enumerate(whole["nodes"])}
    return {
        key: shown(value)
        for key, value in {
            "targets": whole["targets"],
            "totals": whole["totals"],
            "nodes": [{key: value for key, value in node.items() if key != "id"} for node in whole["nodes"]],
            "edges": [
                {"source": number[edge["source"]], "target": number[edge["target"]], "way": edge["reasons"][0]["way"]}
                for edge in whole["edges"]
            ],
            "links": [{"source": number[link["source"]], "target": number[link["target"]]} for link in whole["links"]],
            "paths": [
                {
                    **{key: path[key] for key in ("severity", "score", "likelihood", "worth")},
                    "start": number[path["start"]],
                    "nodes": [number[id] for id in path["nodes"]],
                    "taken": [number[id] for id in path["taken_with"]],
                    "cuts": [
                        {key: cut[key] for key in ("changes", "remaining", "worst_remaining")} for cut in path["cuts"] or ()
                    ],
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
            "vulnerabilities": [found | {"container": number[found["container"]]} for found in whole["vulnerabilities"]],
            "images": whole["images"],
            "notes": whole["notes"],
            "unknowns": whole["unknowns"],
        }.items()
    }


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")
