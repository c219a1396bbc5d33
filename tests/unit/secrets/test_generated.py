"""A value that a generator made, under the name of a service that has no rule."""

import pytest

from careen.secrets.find import find

VALUE = "Zf3D0LXCM3EIMbgJpUNnkRtO"


def confidences(text, path="app/.env"):
    return {secret.confidence for secret in find(text.encode(), path)}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"ACMEDB_API_KEY={VALUE}", "app/.env"),
        ("ACMEDB_API_TOKEN=3f2c9a71-5be0-4d68-9c1f-08a7d4e6b352", "app/.env"),
        ("ACMEDB_API_KEY=MOiDe4AO7OsKD7LR", "app/.env"),
        (f"ACME2_CLIENT_SECRET={VALUE}", "app/.env"),
        (f"DATADOG_API_KEY={VALUE}", "app/.env"),  # neither a key of Datadog nor a part of one
        (f"acmedb_token: {VALUE}", "app/config/settings.yml"),
        (f'{{"acmedbClientSecret": "{VALUE}"}}', "app/appsettings.json"),
        (f'const acmedbApiKey = "{VALUE}";', "app/src/client.js"),
        ("ACMEDB_PASSWORD=k3v9x0q2m7z1b8n4c6w5", "app/.env"),
        ("ACMEDB_SECRET_KEY=2f7c9e014b8d3a6f5e0c7b91d4a8263f", "app/.env"),
        (f"set -gx ACMEDB_TOKEN {VALUE}", "root/.config/fish/config.fish"),
        (f"setenv ACMEDB_API_KEY {VALUE}", "home/app/.cshrc"),
        (f'#define ACMEDB_API_KEY "{VALUE}"', "app/include/settings.h"),
        (f'parser.add_argument("--acmedb-api-key", default="{VALUE}")', "app/main.py"),
        (f"<param-name>acmedb.api.key</param-name>\n<param-value>{VALUE}</param-value>", "opt/tomcat/conf/web.xml"),
        (f"<key>AcmedbApiKey</key><string>{VALUE}</string>", "app/Info.plist"),
        (f"./deploy --region eu --acmedb-api-key {VALUE}", "root/.bash_history"),
        (f"RENDER_WEBHOOK_SECRET={VALUE}", "app/.env"),  # what Render issues has a prefix, and this is of another kind
        (f'"outputs": {{\n "acmedb_api_key": {{"value": "{VALUE}", "type": "string"}}\n}}', "app/terraform.tfstate"),
    ],
)
def test_is_likely(text, path):
    assert confidences(text, path) == {"likely"}


@pytest.mark.parametrize(
    "text",
    [
        f"API_KEY={VALUE}",  # of nobody
        f"ACMEDB_KEY={VALUE}",
        f"ACMEDB_PUBLIC_TOKEN={VALUE}",
        f"ACMEDB_CSRF_TOKEN={VALUE}",
        f"TEST_ACMEDB_TOKEN={VALUE}",
        "ACMEDB_API_KEY=3f2c9a71-5be0-1d68-9c1f-08a7d4e6b352",  # made of the time
        "ACMEDB_IDEMPOTENCY_TOKEN=3f2c9a71-5be0-4d68-9c1f-08a7d4e6b352",
        "ACMEDB_API_KEY=Base64Encoder256",
        f"OAUTH2_TOKEN={VALUE}",
        "ACMEDB_API_KEY=acmedb-production-service-account-key-2024",
        "ACMEDB_PASSWORD=5f4dcc3b5aa765d61d8327deb882cf99",  # the hash of a password
        "ACMEDB_API_KEY=k3v9x0q2m7z1b8",  # too short
        f"ACMEDB_TOKEN={'1' * 30}a",
        "ACMEDB_TOKEN=2f7c9e014b8d3a6f5e0c7b91d4a8263f55a",  # no group of digits is complete
        "ACMEDB_TOKEN=Zf3D0LXC=3EIMbgJpUNnkRtO",
        "ACMEDB_TOKEN=Zf3D0LXC/3EIMbgJp+NnkRtO9",
        "DATADOG_API_KEY=2f7c9e014b8d3a6f5e0c7b91d4a8",  # Datadog's keys are longer
        "DATADOG_API_KEY=2f7c9e014b8d3a6f5e0c7b91d4a8263fXk2VqPw7",
        f"ACMEDB_TOKEN=ghp_{VALUE}",  # nor has GitHub such a token
    ],
)
def test_is_at_most_possible(text):
    assert confidences(text) <= {"possible"}


@pytest.mark.parametrize("path", ["app/tests/settings.py", "srv/fixtures/.env", "app/client_test.go", "app/docs/setup.yml"])
def test_a_test_or_a_manual_has_none(path):
    assert confidences(f'ACMEDB_API_KEY = "{VALUE}"', path) <= {"possible"}
