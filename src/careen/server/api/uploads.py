"""Uploads of SBOMs and reports. One operation is compatible with Dependency-Track, so that its pipeline plug-ins work
unchanged.
"""

import base64
from typing import Annotated, Any
from urllib.parse import quote

from msgspec import Meta, Struct
from sqlalchemy import Row, select

from careen.fleet import uploads
from careen.fleet.tables import image, upload
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import Refused, not_found, unprocessable
from careen.server.multipart import fields_of

Text = Annotated[str, Meta(max_length=200)]
LineText = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class Bom(Struct, frozen=True, rename="camel"):
    """An SBOM in the form of Dependency-Track. Other fields of its clients (``parentUUID``, ``isLatest`` …) are
    ignored.
    """

    bom: Annotated[str, Meta(min_length=1, max_length=94_371_840, pattern=r"^[A-Za-z0-9+/=\r\n]+\Z")]
    project: Text | None = None
    project_name: LineText | None = None
    project_version: LineText | None = None
    auto_create: bool | None = None


def list_uploads(call: Call) -> Answer:
    columns = (
        upload.c.id,
        upload.c.token,
        upload.c.name,
        upload.c.kind,
        upload.c.uploaded_by,
        upload.c.at,
        upload.c.size_bytes,
    )
    wanted = select(*columns, image.c.identity).join(image, image.c.id == upload.c.image_id)
    wanted = wanted.where(upload.c.project_id == call.project)
    with call.reading() as connection:
        return Answer(page(call, connection, wanted, [(upload.c.id, True)], _shown))


def create_upload(call: Call, body: bytes) -> Answer:
    token = _stored(call, call.project, body, call.query["name"] or "", call.query["file"] or "")
    with call.reading() as connection:
        wanted = select(upload, image.c.identity).join(image, image.c.id == upload.c.image_id)
        row = connection.execute(wanted.where(upload.c.token == token)).one()
    where = f"/api/v1/projects/{call.project}/images/{quote(row.identity, safe=':')}"
    return Answer(_shown(row), headers={"Location": where})


def put_bom(call: Call, body: Bom) -> Answer:
    try:
        data = base64.b64decode("".join(body.bom.split()), validate=True)
    except ValueError:
        raise unprocessable("bom is not base64", "body") from None
    return _bom(call, data, body.project_name, body.project_version)


def post_bom(call: Call, body: bytes) -> Answer:
    found = fields_of(call.request.headers.get("content-type", ""), body)
    if "bom" not in found:
        raise Refused(400, "the form has no bom", "body")
    if not found["bom"].content:
        raise unprocessable("bom is empty", "body")
    names = [found[key].content.decode("utf-8", "replace") if key in found else "" for key in ("projectName", "projectVersion")]
    if any(len(name) > 200 or not name.isprintable() for name in names):
        raise unprocessable("projectName and projectVersion must be single lines of at most 200 characters", "body")
    return _bom(call, found["bom"].content, *names)


def read_bom_token(call: Call) -> Answer:
    wanted = select(image.c.state).join(upload, upload.c.image_id == image.c.id).where(upload.c.token == call.path["uuid"])
    if call.principal.project_id is not None:
        wanted = wanted.where(upload.c.project_id == call.principal.project_id)
    with call.reading() as connection:
        state = connection.execute(wanted).scalar()
    if state is None:
        raise not_found()
    return Answer({"processing": state not in ("ready", "failed")})


def _bom(call: Call, data: bytes, name: str | None, version: str | None) -> Answer:
    """Stores an SBOM for Dependency-Track's operation. The project is that of the key; the client's project name and
    version become the name of the image.
    """
    project = call.principal.project_id
    if project is None:
        raise Refused(403, "this call needs a key of a project", "project")
    return Answer({"token": _stored(call, project, data, ":".join(filter(None, (name, version))))})


def _stored(call: Call, project: int, data: bytes, name: str, file_name: str = "") -> str:
    document = uploads.read(data, call.fleet.settings)
    with call.changing(name or file_name, f"{document.kind}, {len(data)} bytes") as connection:
        return uploads.store(call.fleet, connection, project, document, name, call.by, file_name).token


def _shown(row: Row[Any]) -> dict[str, Any]:
    names = ("token", "identity", "name", "kind", "at", "size_bytes")
    return {name: row._mapping[name] for name in names} | {"by": row.uploaded_by}


OPERATIONS = (list_uploads, create_upload, put_bom, post_bom, read_bom_token)
