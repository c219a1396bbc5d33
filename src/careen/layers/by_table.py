"""Reads the Delta of a layer by its table of contents: only the files that readers want are fetched.

A table is a claim of the image's author; an engine that unpacks the stream may find other files. So the Delta states
that it was ``read_by_toc``, and is never stored under the digest of the layer. Programs are left to ``not_installed``.
"""

from careen.errors import TableError
from careen.log import logger
from careen.model.delta import Delta
from careen.model.image import Layer, Parts
from careen.plugins import Progress, silent
from careen.safety.budget import Budget

from .index import Readers
from .not_installed import of_any_owner
from .read import far_links, with_hard_links
from .table_walk import walk_by_table

log = logger(__name__)


def read_by_table(layer: Layer, parts: Parts, readers: Readers, budget: Budget, *, progress: Progress = silent) -> Delta | None:
    """Reads a layer by its table of contents; None if the table cannot be used."""
    select = of_any_owner(readers.dispatch, readers.catalogers)
    try:
        walked = walk_by_table(parts, layer.size_bytes, select, budget.layer(), budget.limits)
    except TableError as error:
        log.warning("layer %d is read whole: %s", layer.index, error)
        return None
    parts.used = True
    progress(f"layer {layer.index}", layer.size_bytes, layer.size_bytes)
    delta = Delta(
        "", None, walked.table, walked.facts, walked.gone, walked.opaque, walked.unknowns, far_links(walked), walked.roots
    )
    return with_hard_links(delta, walked, layer, readers.dispatch, budget)
