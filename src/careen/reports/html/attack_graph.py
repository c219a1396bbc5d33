"""The attack paths of a report as a drawing."""

from careen.model.exposure import AttackPaths
from careen.output.attack_drawing import Drawing, Route, drawing_of


def graph_of(found: AttackPaths) -> Drawing | None:
    routes = [
        Route(path.severity, tuple((str(step.source), str(step.target)) for step in path.steps))
        for path in found.paths
        if path.steps
    ]
    names = {str(number): node.name for number, node in enumerate(found.nodes)}
    own = {str(number) for number, node in enumerate(found.nodes) if node.runs_image}
    outside = next((str(number) for number, node in enumerate(found.nodes) if node.kind == "internet"), "")
    return drawing_of(routes, names, own, outside)
