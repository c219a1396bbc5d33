"""Uses a Careen server from a scan on another machine: fetches its rules before the gate, and sends the report
afterwards.

In: the settings ``server`` and its token. Out: settings with the policy and decisions of the token's project, so that
the exit code here and the verdict on the server are the same.
Raises: UsageError without a token, NetworkError if the server does not answer, InputError if it refuses.
"""

import hashlib
import io
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.app.cachefolder import cache_folder
from careen.app.wiring import reporters
from careen.atomic import write_whole
from careen.config import Settings
from careen.errors import InputError, NetworkError, UsageError
from careen.model.report import Report
from careen.net import NetSettings, make_fetcher
from careen.plugins import ReportOptions
from careen.policy.rules import Rules
from careen.safety.typed import converted, from_json

TOKEN_BYTES = 4096
HINT = "CAREEN_SERVER_TOKEN or --server-token-file has a key of the project"


class Found(Struct, frozen=True):
    """A page of a search. ``next``: the cursor of the following one."""

    kind: str
    items: list[dict[str, Any]]
    next: str | None


class _Me(Struct, frozen=True):
    project: int | None


class _Gate(Struct, frozen=True):
    policy: str
    version: int
    rules: dict[str, Any]
    vex: dict[str, Any]
    overdue: list[dict[str, str]] | None = None


class _Problem(Struct, frozen=True):
    detail: str = ""
    hint: str = ""


class _Sent(Struct, frozen=True):
    identity: str


class Service:
    """One project of a server: the project of the token."""

    def __init__(self, settings: Settings) -> None:
        if not settings.server:
            raise UsageError("no server is named", "--server https://careen.example")
        self._settings, self._address = settings, settings.server.rstrip("/")
        self._token = _token(settings)
        self._fetcher = make_fetcher(NetSettings(timeout_s=settings.timeout_s, attempts=3, ca_file=settings.ca_file))
        self._project = 0

    def with_rules(self) -> Settings:
        """The settings, with the project's rules in place of their own, and with its conditions and decisions added."""
        gate = from_json(self._ask("GET", f"{self._path()}/gate"), _Gate)
        settings = self._settings
        if gate.policy:
            settings = _with_rules(settings, converted(gate.rules, Rules))
        if gate.vex.get("statements"):
            settings = replace(settings, vex=(*settings.vex, self._stored("vex", gate.vex)))
        if gate.overdue is not None:
            settings = replace(settings, overdue=self._stored("overdue", {"overdue": gate.overdue}))
        return settings

    def send(self, report: Report, name: str) -> str:
        """Sends the report. Returns its identity on the server."""
        stream = io.StringIO()
        reporters()["json"].write(report, stream, ReportOptions())
        where = f"{self._path()}/uploads?{urlencode({'name': name[:200]})}"
        data = self._ask("POST", where, stream.getvalue().encode(errors="backslashreplace"))
        return from_json(data, _Sent).identity

    def send_exposure(self, document: bytes, source: str) -> None:
        """Sends the exposure, which replaces what the server has from this source."""
        self._ask("PUT", f"{self._path()}/exposures/{quote(source, safe='')}", document)

    def search(self, query: str, limit: int, cursor: str = "") -> Found:
        asked = {"q": query, "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return from_json(self._ask("GET", f"{self._path()}/search?{urlencode(asked)}"), Found)

    def _path(self) -> str:
        if not self._project:
            project = from_json(self._ask("GET", "/api/v1/me"), _Me).project
            if project is None:
                raise UsageError("the token belongs to no project of the server", HINT)
            self._project = project
        return f"/api/v1/projects/{self._project}"

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        response = self._fetcher.request(
            f"{self._address}{quote(path, safe='/?=&%+:-._~')}", method=method, headers=headers, body=body
        )
        try:
            data = response.read()
        finally:
            response.close()
        if response.status in (200, 201):
            return data
        if response.status >= 500:
            raise NetworkError(f"the server {self._address} answers with HTTP {response.status}", "see the server's log")
        raise _refused(self._address, response.status, data)

    def _stored(self, kind: str, found: dict[str, Any]) -> Path:
        """Writes a document of the server to a file, as if the user had provided it. Reports show its name as the
        source of suppressions.
        """
        folder = cache_folder(self._settings) / "server"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{hashlib.sha256(f'{self._address} {self._project}'.encode()).hexdigest()[:16]}.{kind}.json"
        write_whole(path, lambda file: file.write(msgspec.json.encode(found)))
        return path


def _with_rules(settings: Settings, rules: Rules) -> Settings:
    return replace(
        settings,
        fail_on=tuple(dict.fromkeys((*rules.fail_on, *settings.fail_on))),
        ignore_unfixed=rules.ignore_unfixed,
        grace_days=rules.grace_days,
        unknown_as=rules.unknown_as,
        severity_from=rules.severity_from,
        exclude_base=rules.exclude_base,
        strict=rules.strict or settings.strict,
        accept=rules.accept,
    )


def _token(settings: Settings) -> str:
    if settings.server_token:
        return settings.server_token
    if settings.server_token_file is None:
        raise UsageError("there is no token for the server", HINT)
    try:
        with settings.server_token_file.open("rb") as stream:
            token = stream.read(TOKEN_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"the token cannot be read from {settings.server_token_file}", HINT) from None
    if not token or not token.isprintable():
        raise UsageError(f"{settings.server_token_file} contains no token", HINT)
    return token


def _refused(address: str, status: int, data: bytes) -> InputError:
    try:
        problem = from_json(data, _Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        problem = _Problem()
    return InputError(f"the server {address} refuses: {problem.detail or f'HTTP {status}'}", problem.hint or HINT)
