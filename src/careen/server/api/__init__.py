"""The handlers of the operations, a module for each resource: ``list_images`` answers the operation of that name."""

from collections.abc import Callable, Mapping

from careen.server.call import Answer

from . import (
    access,
    decisions,
    dockerfiles,
    events,
    exposures,
    images,
    jobs,
    keys,
    notifications,
    policies,
    projects,
    registries,
    scans,
    search,
    triage,
    uploads,
    users,
    views,
)

Handler = Callable[..., Answer]
MODULES = (
    *(access, users, keys, projects, views, registries, images, dockerfiles, scans, jobs, search),
    *(decisions, triage, policies, events, exposures, notifications, uploads),
)

HANDLERS: Mapping[str, Handler] = {handler.__name__: handler for module in MODULES for handler in module.OPERATIONS}
