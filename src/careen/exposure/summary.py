"""The worst paths in the form in which a report of one image contains them."""

from collections.abc import Callable

from careen.model.exposure import AttackPath, AttackPaths, PathNode, PathStep

from .graph import Node
from .paths import Path
from .report import Exposure

MAX_PATHS = 10


def attack_paths(answer: Exposure, runs_image: Callable[[str], bool]) -> AttackPaths:
    """The paths for the report of an image. ``runs_image``: whether a name of an image in the files is that of the
    scanned image."""
    graph = answer.graph
    of_image = {node.id for node in graph.containers() if node.container and runs_image(node.container.image)}
    through = [path for path in answer.paths if not of_image or not of_image.isdisjoint(path.nodes)]
    shown = through[:MAX_PATHS]
    ids = list(dict.fromkeys(id for path in shown for step in path.steps for id in (step.source, step.target)))
    labels = graph.labels()
    return AttackPaths(
        targets=answer.targets,
        nodes=tuple(_node(graph.nodes[id], labels[id], id in of_image) for id in ids),
        paths=tuple(_path(path, answer, {id: at for at, id in enumerate(ids)}) for path in shown),
        total=len(through),
        complete=answer.complete and not answer.unknowns,
    )


def _node(node: Node, label: str, runs_image: bool) -> PathNode:
    return PathNode(label, node.kind, runs_image)


def _path(path: Path, answer: Exposure, number: dict[str, int]) -> AttackPath:
    steps = []
    for step in path.steps:
        reasons = [reason for edge in step.edges for reason in edge.reasons[:1]]
        place = next((place for reason in reasons for place in reason.places), None)
        text = "; ".join(reason.text for reason in reasons)
        steps.append(PathStep(number[step.source], number[step.target], text, place))
    cuts = answer.cuts.get(path.id, ())
    return AttackPath(path.severity, path.score, tuple(steps), tuple(change.text for change in cuts[0].changes) if cuts else ())
