"""Infrastructure: vaults, builds, monitoring, hosting, identity."""

import base64
import json

from ..draws import ALNUM, URLSAFE, Draws
from ..places import ANYWHERE, ASSIGNED, template, templates
from ..vectors import Decoy, Kind
from .making import CROSSED, FIXED, OPEN, named, token


def _vault(draws: Draws) -> str:
    """A service token, in its short form or with a protocol buffer before the random part."""
    return "hvs." + draws.one((draws.alnum(24), "CAESI" + draws.urlsafe(draws.between(86, 95))))


def _grafana_cloud(draws: Draws) -> str:
    document = {"o": draws.digits(6), "n": f"{draws.word()}-{draws.word()}", "k": draws.alnum(24), "m": {"r": "eu"}}
    return "glc_" + base64.b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()


def _grafana_legacy(draws: Draws) -> str:
    document = {"k": draws.alnum(32), "n": draws.word(), "id": 1}
    return base64.b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()


def _sentry_organization(draws: Draws) -> str:
    document = {"iat": 1709546401.25, "url": "https://sentry.io", "region_url": "https://us.sentry.io", "org": draws.word()}
    return f"sntrys_{base64.b64encode(json.dumps(document).encode()).decode()}_{draws.of(ALNUM + '+/', 43)}"


def _decoy(why: str, path: str, text: str, made) -> Decoy:
    return Decoy(why, lambda draws: template(path, text)(draws, "X", made(draws)))


_SENTRY_DSN = _decoy(
    "an address for reports alone",
    "app/src/app.js",
    "Sentry.init({ dsn: 'https://@@value@@@o@@count@@.ingest.sentry.io/@@port@@' });\n",
    lambda draws: draws.hex(32),
)
_ACCESSOR = _decoy(
    "the accessor of a token", "var/log/vault.log", "accessor=@@value@@ policies=[default]\n", lambda draws: draws.alnum(24)
)
_FLAG_CLIENT = _decoy(
    "a key for browsers",
    "app/src/flags.js",
    "const flags = LDClient.initialize('@@value@@', { key: 'user' });\n",
    lambda draws: draws.hex(24),
)
_TERRAFORM_PIN = _decoy(
    "a checksum of a provider",
    "opt/infra/.terraform.lock.hcl",
    'provider "registry.terraform.io/hashicorp/aws" {\n  hashes = [\n    "h1:@@value@@",\n  ]\n}\n',
    lambda draws: draws.base64(32),
)
_TERRAFORMRC = templates((("root/.terraformrc", 'credentials "app.terraform.io" {\n  token = "@@value@@"\n}\n'), ("root/.terraform.d/credentials.tfrc.json", '{"credentials": {"app.terraform.io": {"token": "@@value@@"}}}\n')))  # fmt: skip
_VAULT_FILE = templates((("root/.vault-token", "@@value@@"), ("etc/vault/agent.hcl", 'vault {\n  address = "https://@@host@@:8200"\n  token   = "@@value@@"\n}\n')))  # fmt: skip
_DATABRICKSCFG = templates((("root/.databrickscfg", "[DEFAULT]\nhost = https://adb-@@count@@.azuredatabricks.net\ntoken = @@value@@\n"),))  # fmt: skip
_SONAR = templates((("app/sonar-project.properties", "sonar.projectKey=@@word@@\nsonar.host.url=https://@@host@@\nsonar.login=@@value@@\n"),))  # fmt: skip

_SNOWFLAKE = templates((
    ("root/.snowsql/config", "[connections.prod]\naccountname = @@word@@-eu1\nusername = @@user@@\npassword = @@value@@\n"),
    ("app/.env", "SNOWFLAKE_ACCOUNT=@@word@@-eu1\nSNOWFLAKE_USER=@@user@@\nSNOWFLAKE_PASSWORD=@@value@@\n"),
    ("root/.dbt/profiles.yml", "@@word@@:\n  target: prod\n  outputs:\n    prod:\n      type: snowflake\n      account: @@word@@-eu1\n      user: @@user@@\n      password: \"@@value@@\"\n"),
    ("app/load.py", "conn = snowflake.connector.connect(\n    account=\"@@word@@-eu1\",\n    user=\"@@user@@\",\n    password=\"@@value@@\",\n)\n"),
    ("app/engine.py", "engine = create_engine(\"snowflake://@@user@@:@@value@@@@@word@@-eu1/@@word@@/PUBLIC?warehouse=LOAD\")\n"),
    ("opt/infra/snowflake.tf", "provider \"snowflake\" {\n  account  = \"@@word@@\"\n  username = \"@@user@@\"\n  password = \"@@value@@\"\n}\n"),
))  # fmt: skip

KINDS: tuple[Kind, ...] = (
    token("vault-service-token", _vault, "VAULT_TOKEN VAULT_DEV_ROOT_TOKEN", "hvs.", OPEN, decoys=(_ACCESSOR,), places=(*_VAULT_FILE, *ANYWHERE)),
    token("vault-batch-token", lambda draws: "hvb.AAAAAQ" + draws.urlsafe(draws.between(140, 210)), "VAULT_TOKEN VAULT_BATCH_TOKEN", "hvb.", OPEN, places=(*_VAULT_FILE, *ANYWHERE)),
    token("vault-legacy-token", lambda draws: "s." + draws.alnum(24), "VAULT_TOKEN VAULT_ROOT_TOKEN", "s.", FIXED[:4] + (CROSSED,), places=(*_VAULT_FILE, *ASSIGNED)),
    token("terraform-cloud-token", lambda draws: f"{draws.alnum(14)}.atlasv1.{draws.urlsafe(67)}", "TFE_TOKEN TF_TOKEN_APP_TERRAFORM_IO TERRAFORM_TOKEN", "", (FIXED[0], FIXED[3], CROSSED), decoys=(_TERRAFORM_PIN,), places=(*_TERRAFORMRC, *ANYWHERE)),
    named("consul-token", Draws.uuid, "CONSUL_HTTP_TOKEN CONSUL_TOKEN CONSUL_ACL_TOKEN", (CROSSED,)),
    token("doppler-token", lambda draws: draws.one((f"dp.pt.{draws.alnum(43)}", f"dp.st.{draws.one(('prd', 'dev'))}.{draws.alnum(43)}")), "DOPPLER_TOKEN", "dp.pt.", FIXED[3:]),
    token("pulumi-token", lambda draws: "pul-" + draws.hex(40), "PULUMI_ACCESS_TOKEN PULUMI_TOKEN", "pul-"),
    named("cloudflare-api-token", lambda draws: draws.urlsafe(40), "CLOUDFLARE_API_TOKEN CF_API_TOKEN_CLOUDFLARE CLOUDFLARE_TOKEN"),
    named("cloudflare-global-key", lambda draws: draws.hex(37), "CLOUDFLARE_API_KEY CLOUDFLARE_GLOBAL_KEY CLOUDFLARE_KEY"),
    token("cloudflare-origin-ca-key", lambda draws: f"v1.0-{draws.hex(24)}-{draws.hex(146)}", "CLOUDFLARE_CA_KEY CF_ORIGIN_CA_KEY", "v1.0-", FIXED[:1] + FIXED[3:4] + (CROSSED,)),
    named("fastly-token", lambda draws: draws.urlsafe(32), "FASTLY_API_TOKEN FASTLY_API_KEY FASTLY_KEY"),
    token("netlify-token", lambda draws: "nfp_" + draws.alnum(36), "NETLIFY_AUTH_TOKEN NETLIFY_TOKEN", "nfp_"),
    named("vercel-token", lambda draws: draws.alnum(24), "VERCEL_TOKEN VERCEL_API_TOKEN NOW_TOKEN_VERCEL"),
    token("databricks-token", lambda draws: "dapi" + draws.hex(32) + draws.one(("", "-2", "-3")), "DATABRICKS_TOKEN DATABRICKS_ACCESS_TOKEN", "dapi", (FIXED[0], *FIXED[2:5], CROSSED), places=(*_DATABRICKSCFG, *ANYWHERE)),
    Kind("snowflake-password", lambda draws: draws.alnum(draws.between(14, 22)) + "9Q", ("SNOWFLAKE_PASSWORD",), _SNOWFLAKE, (CROSSED,)),
    token("grafana-service-account-token", lambda draws: f"glsa_{draws.alnum(32)}_{draws.hex(8)}", "GRAFANA_TOKEN GRAFANA_API_KEY", "glsa_"),
    token("grafana-cloud-token", _grafana_cloud, "GRAFANA_CLOUD_TOKEN GRAFANA_CLOUD_API_KEY", "glc_", OPEN),
    token("grafana-api-key", _grafana_legacy, "GRAFANA_API_KEY GRAFANA_TOKEN", "eyJrIjoi", OPEN[:1] + OPEN[2:]),
    token("new-relic-user-key", lambda draws: "NRAK-" + draws.upper(27), "NEW_RELIC_API_KEY NEWRELIC_USER_KEY", "NRAK-"),
    token("new-relic-license-key", lambda draws: draws.one((draws.hex(36), "eu01xx" + draws.hex(30))) + "NRAL", "NEW_RELIC_LICENSE_KEY NEWRELIC_LICENSE", "", (FIXED[0], FIXED[3], CROSSED)),
    token("new-relic-insert-key", lambda draws: "NRII-" + draws.urlsafe(32), "NEW_RELIC_INSERT_KEY NEWRELIC_INSIGHTS_KEY", "NRII-"),
    named("datadog-api-key", lambda draws: draws.hex(32), "DD_API_KEY DATADOG_API_KEY DATADOG_KEY"),
    named("datadog-application-key", lambda draws: draws.hex(40), "DD_APP_KEY DATADOG_APP_KEY DATADOG_APPLICATION_KEY"),
    token("sentry-organization-token", _sentry_organization, "SENTRY_AUTH_TOKEN SENTRY_ORG_TOKEN", "sntrys_", OPEN, decoys=(_SENTRY_DSN,)),
    token("sentry-user-token", lambda draws: "sntryu_" + draws.hex(64), "SENTRY_AUTH_TOKEN SENTRY_TOKEN", "sntryu_", decoys=(_SENTRY_DSN,)),
    named("pagerduty-key", lambda draws: draws.one(("u+", "y_", "e+")) + draws.urlsafe(18), "PAGERDUTY_API_KEY PAGERDUTY_TOKEN PAGER_DUTY_API_KEY"),
    token("sonar-token", lambda draws: f"sq{draws.one('upa')}_{draws.hex(40)}", "SONAR_TOKEN SONARQUBE_TOKEN SONAR_LOGIN", "squ_", places=(*_SONAR, *ANYWHERE)),
    named("snyk-token", Draws.uuid, "SNYK_TOKEN SNYK_API_TOKEN SNYK_KEY", (CROSSED,)),
    token("circleci-token", lambda draws: f"CCIPAT_{draws.alnum(22)}_{draws.hex(40)}", "CIRCLECI_TOKEN CIRCLE_TOKEN", "CCIPAT_"),
    named("circleci-legacy-token", lambda draws: draws.hex(40), "CIRCLECI_TOKEN CIRCLECI_API_TOKEN CIRCLE_CI_TOKEN"),
    named("travis-token", lambda draws: draws.urlsafe(22), "TRAVIS_TOKEN TRAVIS_API_TOKEN TRAVIS_CI_TOKEN"),
    token("buildkite-token", lambda draws: "bkua_" + draws.hex(40), "BUILDKITE_API_TOKEN BUILDKITE_TOKEN", "bkua_"),
    token("launchdarkly-sdk-key", lambda draws: f"{draws.one(('sdk', 'api'))}-{draws.uuid()}", "LAUNCHDARKLY_SDK_KEY LAUNCHDARKLY_ACCESS_TOKEN LD_SDK_KEY_LAUNCHDARKLY", "sdk-", (FIXED[3], CROSSED), decoys=(_FLAG_CLIENT,), places=ASSIGNED),
    named("okta-token", lambda draws: "00" + draws.urlsafe(40), "OKTA_API_TOKEN OKTA_TOKEN OKTA_CLIENT_TOKEN"),
    token("dynatrace-token", lambda draws: f"dt0c01.{draws.upper(24)}.{draws.upper(64)}", "DYNATRACE_API_TOKEN DT_API_TOKEN", "dt0c01."),
    token("tailscale-key", lambda draws: f"tskey-{draws.one(('auth', 'api'))}-k{draws.alnum(10)}CNTRL-{draws.alnum(32)}", "TS_AUTHKEY TAILSCALE_AUTH_KEY", "tskey-auth-", FIXED[3:]),
    token("planetscale-token", lambda draws: f"pscale_{draws.one(('tkn', 'pw'))}_{draws.of(URLSAFE, 42)}{draws.alnum(1)}", "PLANETSCALE_TOKEN DATABASE_PASSWORD", "pscale_tkn_", FIXED[3:]),
    token("supabase-token", lambda draws: "sbp_" + draws.hex(40), "SUPABASE_ACCESS_TOKEN SUPABASE_TOKEN", "sbp_"),
    token("prefect-key", lambda draws: "pnu_" + draws.alnum(36), "PREFECT_API_KEY", "pnu_"),
    token("onepassword-service-token", lambda draws: "ops_eyJ" + draws.of(ALNUM, draws.between(260, 400)), "OP_SERVICE_ACCOUNT_TOKEN", "ops_", OPEN),
    token("infracost-key", lambda draws: "ico-" + draws.alnum(32), "INFRACOST_API_KEY", "ico-"),
    named("rollbar-token", lambda draws: draws.hex(32), "ROLLBAR_ACCESS_TOKEN ROLLBAR_TOKEN"),
    named("codecov-token", Draws.uuid, "CODECOV_TOKEN CODECOV_UPLOAD_TOKEN", (CROSSED,)),
)  # fmt: skip
