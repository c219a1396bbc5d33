"""What an attacker can reach where the images of a project run, as ``careen exposure`` has computed it."""

import msgspec

from careen.fleet import exposures
from careen.server.call import Answer, Call
from careen.server.errors import not_found

from .images import row_of


def list_exposures(call: Call) -> Answer:
    with call.reading() as connection:
        found = exposures.sources(connection, call.project)
    return Answer({"items": [{"source": source, "at": at, "by": by} for source, at, by in found]})


def set_exposure(call: Call, body: bytes) -> Answer:
    document, source = exposures.read(body), call.path["source"]
    with call.changing(source, f"{len(document.paths)} paths") as connection:
        stored = exposures.store(connection, call.project, source, document, call.by, call.now)
    return Answer(msgspec.to_builtins(stored))


def delete_exposure(call: Call) -> Answer:
    with call.changing(call.path["source"]) as connection:
        if not exposures.remove(connection, call.project, call.path["source"]):
            raise not_found()
    return Answer()


def read_exposure(call: Call) -> Answer:
    with call.reading() as connection:
        found = exposures.seen(connection, call.project, row_of(connection, call).id)
    return Answer({"exposed": any(source.is_exposed for source in found), "sources": msgspec.to_builtins(found)})


OPERATIONS = (list_exposures, set_exposure, delete_exposure, read_exposure)
