"""The result as JSON: ``careen.exposure/1``, described by docs/schema/exposure-1.json.

Every key is always present, an unknown value is null; nodes, edges and paths refer to each other by id.
"""

from typing import Any, TextIO

from careen import __version__
from careen.model.finding import Location
from careen.output.json_text import write_json
from careen.plugins import ReportOptions

from .cuts import Cut
from .graph import INTERNET, TAKEN_WHOLE, Edge, Graph, Node
from .paths import Path
from .report import Exposure, Weighed
from .vulnerabilities import ImageVulnerability, ScannedImage

SCHEMA = "careen.exposure/1"


def write(answer: Exposure, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(answer), stream)


def document(answer: Exposure) -> dict[str, Any]:
    graph = answer.graph
    labels = graph.labels()
    return {
        "schema": SCHEMA,
        "tool": {"name": "careen", "version": __version__},
        "created": answer.created,
        "targets": list(answer.targets),
        "totals": {
            "files": answer.files,
            "containers": sum(1 for _ in graph.containers()),
            "reached": sum(1 for node in graph.containers() if node.id in answer.likelihood_by_node),
            "paths": {**answer.by_severity(), "total": len(answer.paths), "complete": answer.complete},
        },
        "paths": [_path(rank, path, graph, answer.cuts.get(path.id)) for rank, path in enumerate(answer.paths, 1)],
        "vulnerabilities": [_weighed(weighed, labels) for weighed in answer.weighed],
        "nodes": [_node(node, labels[node.id], answer.likelihood_by_node) for node in graph.nodes.values()],
        "edges": [_edge(edge) for edge in graph.edges],
        "links": [
            {"source": link.source, "target": link.target, "text": link.text, "places": _places(link.places)}
            for link in graph.links
        ],
        "images": [_image(image) for image in answer.images],
        "notes": list(graph.notes),
        "unknowns": [{"path": unknown.evidence.path, "reason": unknown.reason} for unknown in answer.unknowns],
        "verdict": {"passed": answer.exit_code == 0, "exit_code": answer.exit_code, "fail_on": answer.fail_on},
    }


def taken_with(path: Path, graph: Graph) -> list[str]:
    """The ids of the containers that an attacker controls at the end of a path: all containers if the target is a host or
    cluster, else none."""
    end = graph.nodes[path.target]
    if end.kind not in TAKEN_WHOLE:
        return []
    hosts = [end.id] + [edge.target for edge in graph.leaving.get(end.id, ()) if graph.nodes[edge.target].kind == "host"]
    return [edge.target for host in hosts for edge in graph.leaving.get(host, ()) if graph.nodes[edge.target].container]


def _path(rank: int, path: Path, graph: Graph, cuts: tuple[Cut, ...] | None) -> dict[str, Any]:
    return {
        "rank": rank,
        "id": path.id,
        "from": "internet" if path.start == INTERNET else "container",
        "start": path.start,
        "target": path.target,
        "severity": path.severity,
        "score": path.score,
        "likelihood": path.likelihood,
        "worth": path.worth,
        "nodes": list(path.nodes),
        "steps": [
            {
                "source": step.source,
                "target": step.target,
                "way": step.way,
                "ease": round(step.ease, 4),
                "via": [edge.target for edge in step.edges[:-1]],
                "reasons": [
                    {"way": reason.way, "text": reason.text, "ease": reason.ease, "places": _places(reason.places)}
                    for edge in step.edges
                    for reason in edge.reasons
                ],
            }
            for step in path.steps
        ],
        "taken_with": taken_with(path, graph),
        "cuts": None if cuts is None else [_cut(cut) for cut in cuts],
    }


def _cut(cut: Cut) -> dict[str, Any]:
    return {
        "source": cut.source,
        "target": cut.target,
        "changes": [
            {"text": change.text, "places": _places((change.place,) if change.place else ())} for change in cut.changes
        ],
        "remaining": cut.remaining if cut.complete else None,
        "worst_remaining": cut.worst if cut.complete else None,
    }


def _weighed(weighed: Weighed, labels: dict[str, str]) -> dict[str, Any]:
    return {
        **_vulnerability(weighed.vulnerability),
        "image": weighed.image,
        "container": weighed.container,
        "container_name": labels[weighed.container],
        "priority": weighed.priority,
        "factors": {
            "flaw": weighed.vulnerability.weight,
            "privilege": weighed.privilege,
            "exposure": weighed.exposure,
            "sharing": weighed.sharing,
        },
    }


def _vulnerability(vulnerability: ImageVulnerability) -> dict[str, Any]:
    return {
        "id": vulnerability.id,
        "package": vulnerability.package,
        "version": vulnerability.version,
        "severity": vulnerability.severity,
        "kev": vulnerability.kev,
        "epss": vulnerability.epss,
        "remote": vulnerability.remote,
        "fixed_in": list(vulnerability.fixed_in),
    }


def _node(node: Node, label: str, likelihood_by_node: dict[str, float]) -> dict[str, Any]:
    likelihood = likelihood_by_node.get(node.id)
    return {
        "id": node.id,
        "kind": node.kind,
        "name": node.name,
        "label": label,
        "group": node.group or None,
        "places": _places(node.places),
        "likelihood": None if likelihood is None else round(likelihood, 4),
        "container": None
        if node.container is None
        else {
            "image": node.container.image or None,
            "user": node.container.user,
            "privileged": node.container.privileged,
            "capabilities": list(node.container.capabilities),
            "ports": list(node.container.ports),
            "listens": node.container.listens,
            "store": node.container.database or None,
            "asks_for_password": node.container.guarded,
            "facts": list(node.container.facts),
        },
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "ends": edge.ends,
        "reasons": [
            {"way": reason.way, "text": reason.text, "ease": reason.ease, "places": _places(reason.places)}
            for reason in edge.reasons
        ],
    }


def _image(image: ScannedImage) -> dict[str, Any]:
    return {
        "image": image.image,
        "scanned": image.scanned or None,
        "trouble": image.trouble or None,
        "assessed": image.assessed,
        "vulnerabilities": image.counts,
        "worst": _vulnerability(image.vulnerabilities[0]) if image.vulnerabilities else None,
    }


def _places(places: tuple[Location, ...]) -> list[dict[str, Any]]:
    return [{"path": place.path, "line": place.line} for place in places]
