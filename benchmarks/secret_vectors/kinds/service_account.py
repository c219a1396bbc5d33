"""The file that Google Cloud makes for a service account."""

import json

from ..draws import Draws
from ..kind import Placed

_PATHS = ("app/service-account.json", "opt/app/credentials/gcp-key.json", "root/@@project@@.json", "secrets/google.json")


def service_account(draws: Draws, name: str, value: str) -> Placed:
    project = f"{draws.word()}-{draws.named('digits', 6)}"
    document = {
        "type": "service_account",
        "project_id": project,
        "private_key_id": draws.named("hex", 40),
        "private_key": value,
        "client_email": f"{draws.word()}@{project}.iam.gserviceaccount.com",
        "client_id": draws.named("digits", 21),
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    path = draws.one(_PATHS).replace("@@project@@", f"{project}-{draws.named('hex', 12)}")
    return Placed(path, json.dumps(document, indent=draws.one((None, 2))) + "\n", json.dumps(value)[1:-1])
