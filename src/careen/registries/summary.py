"""The result for a registry: the worst images, the base layers that images share, and what is new since the last run."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from careen.model.advisory import SEVERITIES

from .listing import Failure
from .state import Done

SCHEMA = "careen.registry-summary/1"
IDS = 20  # number of new findings that are listed individually


class Line(Struct, frozen=True):
    """One image of the summary. ``references`` are all names that lead to it, ``file`` is its report."""

    references: tuple[str, ...]
    digest: str
    file: str
    distribution: str
    packages: int
    by_severity: dict[str, int]
    fixable: int
    kev: int
    risk: float
    coverage: str
    exit_code: int
    why: str  # why the exit code is not 0


class Base(Struct, frozen=True):
    """Layers from the base upward that several images share. ``references`` are images with exactly these layers;
    ``claimed`` are the base images that the others state.
    """

    layers: tuple[str, ...]
    size_bytes: int
    images: int
    references: tuple[str, ...]
    claimed: tuple[str, ...]


class News(Struct, frozen=True):
    """New findings of a reference since the last run. ``is_new``: the reference did not exist then."""

    reference: str
    is_new: bool
    findings: int
    by_severity: dict[str, int]
    ids: tuple[str, ...]


class Layers(Struct, frozen=True):
    references: int
    unique: int
    read: int  # layers read in this run; the others were in the cache


class Summary(Struct, frozen=True):
    schema: str
    registry: str
    started: str
    repositories: int
    tags: int
    layers: Layers
    by_severity: dict[str, int]
    images: tuple[Line, ...]  # the worst first
    bases: tuple[Base, ...]
    news: tuple[News, ...] | None  # None if there is no earlier run
    troubles: tuple[Failure, ...]

    @property
    def exit_code(self) -> int:
        """Artifacts that are no images count for nothing: no engine runs them."""
        codes = {line.exit_code for line in self.images} | {3 for failure in self.troubles if not failure.no_image}
        return next((code for code in (3, 1) if code in codes), 0)


def summary_of(
    registry: str,
    started: str,
    repositories: int,
    tags: int,
    done: Sequence[Done],
    troubles: Sequence[Failure],
    layers_read: int,
    before: Mapping[str, frozenset[str]] | None,
) -> Summary:
    lines = sorted(map(_line, done), key=_rank)
    unique = {layer for image in done for layer in image.layers}
    return Summary(
        SCHEMA,
        registry,
        started,
        repositories,
        tags,
        Layers(sum(len(image.layers) for image in done), len(unique), layers_read),
        _by_severity(found.severity for image in done for found in image.found),
        tuple(lines),
        tuple(_bases(done)),
        None if before is None else tuple(_news(done, before)),
        tuple(troubles),
    )


def _line(done: Done) -> Line:
    return Line(
        done.references,
        done.digest,
        done.file,
        done.distribution,
        done.packages,
        _by_severity(found.severity for found in done.found),
        done.fixable,
        done.kev,
        done.risk,
        done.coverage,
        done.exit_code,
        done.why,
    )


def _rank(line: Line) -> tuple[object, ...]:
    """A sort key of images: known exploited vulnerabilities first, then by severity, then by the highest risk."""
    counts = tuple(-line.by_severity[severity] for severity in SEVERITIES)
    return (-line.kev, counts[0], counts[1], -line.risk, counts, line.references)


def _by_severity(severities: Iterable[str]) -> dict[str, int]:
    counts = Counter(severities)
    return {severity: counts[severity] for severity in SEVERITIES}


def _bases(done: Sequence[Done]) -> list[Base]:
    """The layers that images share, up to the first difference, with the most shared ones first."""
    users: dict[tuple[str, ...], list[Done]] = {}
    for image in done:
        for depth in range(1, len(image.layers) + 1):
            users.setdefault(image.layers[:depth], []).append(image)
    found = []
    for layers, images in users.items():
        whole = [image for image in images if image.layers == layers]
        longest = max((len(group) for deeper, group in _above(layers, images, users)), default=0)
        if len(images) < 2 or (longest == len(images) and not whole):
            continue  # they belong to one image, or all images with these layers share more
        claimed = {image.base for image in images if image.base}
        found.append(
            Base(
                layers,
                sum(images[0].sizes[: len(layers)]),
                len(images),
                tuple(sorted(name for image in whole for name in image.references)),
                tuple(sorted(claimed)),
            )
        )
    return sorted(found, key=lambda base: (-base.images, -base.size_bytes, base.layers))


def _above(
    layers: tuple[str, ...], images: Sequence[Done], users: Mapping[tuple[str, ...], list[Done]]
) -> list[tuple[tuple[str, ...], list[Done]]]:
    depth = len(layers) + 1
    stacks = {image.layers[:depth] for image in images if len(image.layers) >= depth}
    return [(stack, users[stack]) for stack in stacks]


def _news(done: Sequence[Done], before: Mapping[str, frozenset[str]]) -> list[News]:
    """The new findings, sorted by reference."""
    found = []
    for image in done:
        for reference in image.references:
            known = before.get(reference)
            fresh = [each for each in image.found if known is None or each.fingerprint not in known]
            if fresh or known is None:
                fresh.sort(key=lambda each: (SEVERITIES.index(each.severity), each.id))
                ids = tuple(dict.fromkeys(each.id for each in fresh))[:IDS]
                found.append(News(reference, known is None, len(fresh), _by_severity(each.severity for each in fresh), ids))
    return sorted(found, key=lambda news: news.reference)
