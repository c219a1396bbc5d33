"""An S3-compatible store on loopback: objects in a dictionary, conditional writes, and signatures that are checked."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime

from careen.fleet.aws_signature import Access, signed
from tests.support.servers import Answer, Server

ACCESS = Access("AKIATEST", "a secret key")
ENVIRON = {"AWS_ACCESS_KEY_ID": ACCESS.key_id, "AWS_SECRET_ACCESS_KEY": ACCESS.secret}


class Bucket:
    def __init__(self):
        self.objects, self.down, self.address = {}, False, ""

    def respond(self, request):
        if self.down:
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        if not self._is_signed(request):
            return Answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if request.method == "PUT":
            if request.headers.get("if-none-match") == "*" and request.path in self.objects:
                return Answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
            self.objects[request.path] = request.body
            return Answer(200)
        found = self.objects.get(request.path)
        return Answer(404, b"<Error><Code>NoSuchKey</Code></Error>") if found is None else Answer(200, found)

    def _is_signed(self, request):
        sent = request.headers.get("authorization", "")
        named = re.search(r"SignedHeaders=([^,]+)", sent)
        if named is None:
            return False
        own = ("host", "x-amz-content-sha256", "x-amz-date")
        headers = {name: request.headers[name] for name in named[1].split(";") if name not in own}
        now = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        url = f"http://{request.headers['host']}{request.path}"
        expected = signed(ACCESS, request.method, url, headers, request.headers["x-amz-content-sha256"], now)
        return expected["Authorization"] == sent


@contextmanager
def a_bucket():
    made = Bucket()
    with Server(made.respond) as server:
        made.address = f"s3://fleet/careen?endpoint={server.url}"
        yield made
