"""Requests made of the document, valid and not: no answer that it does not describe, and no error of the server.

All checks of the tool run. ``CAREEN_API_EXAMPLES`` is the number of examples of an operation; nightly runs take more.
"""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from sqlalchemy import update
from tests.support.reports import usual
from tests.support.service import PASSWORD, Service, served, with_fakes

from careen.fleet.connection import writing
from careen.fleet.tables import api_key, user
from careen.server import passwords
from careen.server.document import as_json, operations
from careen.server.limits import Rates
from careen.server.options import ServerOptions

EXAMPLES = int(os.environ.get("CAREEN_API_EXAMPLES", "2"))
MINE = 424_242  # ids that no generated path names, so that a test does not lock itself out
LEFT_OUT = {"log_out"}
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "304", "401", "403", "404", "409", "412", "422"]
"""  # 422: of the right form, and cannot be followed; 412: another version than If-Match names; 302 of logins is left to tests


@pytest.fixture(scope="module")
def live(tmp_path_factory) -> Iterator[tuple[Service, str, dict[str, str]]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        service = Service(tmp_path_factory.mktemp("fleet"), ServerOptions(requests_per_minute=10**9))
        patch.setattr(Rates, "refuse_guessing", lambda *_: None)
        with_fakes(patch, service, usual())
        with writing(service.fleet.engine) as connection:
            connection.execute(update(api_key).values(id=MINE))
            connection.execute(update(user).values(id=MINE))
        service.add_image("sha256:" + "1" * 64, service.id)
        found = service.client().post("/api/v1/session", json={"name": service.admin, "password": PASSWORD})
        cookie = found.headers["set-cookie"].partition(";")[0]
        with served(service) as address:
            yield service, address, {"Cookie": cookie, "X-CSRF-Token": found.json()["csrf"]}
        service.fleet.engine.dispose()


@pytest.fixture(scope="module")
def schema():
    import json

    return schemathesis.openapi.from_dict(json.loads(as_json()), config=SchemathesisConfig.from_str(CONFIG))


@pytest.mark.parametrize("operation", [each for each in operations() if each.id not in LEFT_OUT], ids=lambda each: each.id)
def test_an_operation_answers_as_the_document_states(operation, live, schema):
    service, address, session = live
    headers = session if operation.scope in ("service", "signed-in") else {"Authorization": f"Bearer {service.key}"}
    headers = {} if operation.scope == "public" else headers
    found = schema[operation.path][operation.method]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        if mode == GenerationMode.NEGATIVE and not (operation.parameters or operation.media_types):
            continue  # an operation that takes nothing has no wrong request
        ask(found.as_strategy(generation_mode=mode), mode, service.id, address, headers)


def ask(cases, mode: GenerationMode, project: int, address: str, headers: dict[str, str]) -> None:
    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def each(case) -> None:
        if mode == GenerationMode.POSITIVE and "project" in case.path_parameters:
            case.path_parameters["project"] = project
        case.call_and_validate(base_url=address, headers=headers)

    each()
