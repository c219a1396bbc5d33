"""The handlers of the operations, a module for each resource: ``list_images`` answers the operation of that name."""

from collections.abc import Callable, Mapping

from careen.server.call import Answer

from . import (
    access,
    decisions,
    events,
    images,
    jobs,
    keys,
    notifications,
    policies,
    projects,
    registries,
    scans,
    search,
    uploads,
    users,
)

Handler = Callable[..., Answer]
MODULES = (
    access, users, keys, projects, registries, images, scans, jobs, search, decisions, policies, events, notifications, uploads,
)  # fmt: skip

HANDLERS: Mapping[str, Handler] = {handler.__name__: handler for module in MODULES for handler in module.OPERATIONS}
