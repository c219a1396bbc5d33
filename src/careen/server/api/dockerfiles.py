"""Turns the advice about an image into a change of its Dockerfile, which the caller sends; the Dockerfile is not
stored.
"""

from pathlib import PurePosixPath
from typing import Annotated

from msgspec import Meta, Struct

from careen.app.built_from import is_built_from, why_not_built_from
from careen.app.dockerfile_patch import diff_of
from careen.errors import InputError
from careen.formats.dockerfile.reader import read_dockerfile
from careen.server.call import Answer, Call
from careen.server.errors import unprocessable

from .images import report_of

MAX_CHARACTERS = 256 * 1024


class Dockerfile(Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=MAX_CHARACTERS)]
    name: Annotated[str, Meta(max_length=200, pattern=r"^([A-Za-z0-9_][A-Za-z0-9._-]*)?\Z")] = ""


def preview_dockerfile(call: Call, body: Dockerfile) -> Answer:
    report, text, name = report_of(call), body.text.removeprefix("\ufeff"), body.name or "Dockerfile"
    try:
        dockerfile = read_dockerfile(text, name)
    except ValueError as error:
        raise unprocessable(f"this is not a Dockerfile: {error}", "text") from None
    if not is_built_from(report.image, dockerfile):
        hint = "give the Dockerfile from which the image was built, as it was on that day"
        raise unprocessable(f"the image was not built from this Dockerfile: {why_not_built_from(report.image)}", "text", hint)
    if report.plan is None:
        hint = "a plan needs advisories, and an image with layers"
        raise unprocessable("no fix is known: the report has no plan", "image", hint)
    try:
        diff = diff_of(report, report.plan, text, PurePosixPath(name))
    except InputError as error:
        raise unprocessable(str(error), "text", error.hint) from None
    return Answer({"diff": diff, "before": report.plan.before, "after": report.plan.after_dockerfile})


OPERATIONS = (preview_dockerfile,)
