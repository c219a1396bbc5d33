"""Saved views of a project, and the base images that its images use."""

from typing import Any

import msgspec
from msgspec import Struct

from careen.fleet import base_tags, views
from careen.fleet.projects import Name
from careen.server.call import Answer, Call
from careen.server.errors import not_found


class NewView(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    path: views.Path


def list_views(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer({"items": [_shown(view) for view in views.listed(connection, call.project)]})


def save_view(call: Call, body: NewView) -> Answer:
    with call.changing(body.name, body.path) as connection:
        number = views.save(connection, call.project, body.name, body.path, call.by)
        found = next(view for view in views.listed(connection, call.project) if view.id == number)
    return Answer(_shown(found))


def delete_view(call: Call) -> Answer:
    with call.changing(call.path["view"]) as connection:
        if not views.remove(connection, call.project, call.path["view"]):
            raise not_found()
    return Answer()


def read_bases(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(msgspec.to_builtins(base_tags.bases(connection, call.project)))


def _shown(view: views.View) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(view)
    return found


OPERATIONS = (list_views, save_view, delete_view, read_bases)
