"""Infrastructure: vaults, builds, monitoring, hosting, identity."""

import base64
import json
import zlib

from ..draws import Draws
from ..kind import Kind
from ..places import ANYWHERE, ASSIGNED, places
from .making import ALIEN, CROSSED, LONG, OPEN, PART, RECASED, SHORT, named, placed, token

_VAULT = places("vault")


def _vault(draws: Draws) -> str:
    """A service token, in its short form or with a protocol buffer before the random part."""
    return draws.filled(draws.one(("hvs.{alnum24}", "hvs.CAESI{urlsafe86-95}")))


def _encoded(document: dict[str, object]) -> str:
    return base64.b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()


def _grafana_cloud(draws: Draws) -> str:
    owner = {"o": draws.named("digits", 6), "n": f"{draws.word()}-{draws.word()}"}
    return "glc_" + _encoded({**owner, "k": draws.named("alnum", 24), "m": {"r": "eu"}})


def _grafana(draws: Draws) -> str:
    return _encoded({"k": draws.named("alnum", 32), "n": draws.word(), "id": 1})


def grafana_service_account(draws: Draws) -> str:
    """The checksum of the random part, in the order of the bytes that a little-endian machine has."""
    body = draws.named("alnum", 32)
    return f"glsa_{body}_{zlib.crc32(body.encode()).to_bytes(4, 'little').hex()}"


def _sentry(draws: Draws) -> str:
    urls = {"url": "https://sentry.io", "region_url": "https://us.sentry.io", "org": draws.word()}
    return f"sntrys_{_encoded({'iat': draws.between(1_690_000_000, 1_760_000_000) + 0.25, **urls})}_{draws.named('radix', 43)}"


KINDS: tuple[Kind, ...] = (
    token("vault-service-token", _vault, "VAULT_TOKEN VAULT_DEV_ROOT_TOKEN", OPEN, "hvs.", (), "vault", (*_VAULT, *ANYWHERE)),
    token(
        "vault-batch-token",
        "hvb.AAAAAQ{urlsafe140-210}",
        "VAULT_TOKEN VAULT_BATCH_TOKEN",
        OPEN,
        decoys="vault",
        places=(*_VAULT, *ANYWHERE),
    ),
    token(
        "vault-legacy-token",
        "s.{alnum24}",
        "VAULT_TOKEN VAULT_ROOT_TOKEN",
        (SHORT, LONG, PART, ALIEN, CROSSED),
        decoys="vault",
        places=(*_VAULT, *ASSIGNED),
    ),
    token(
        "terraform-cloud-token",
        "{alnum14}.atlasv1.{urlsafe67}",
        "TFE_TOKEN TF_TOKEN_APP_TERRAFORM_IO TERRAFORM_TOKEN",
        (SHORT, ALIEN, CROSSED),
        places=(*places("terraformrc"), *ANYWHERE),
    ),
    named("consul-token", "{uuid}", "CONSUL_HTTP_TOKEN CONSUL_TOKEN CONSUL_ACL_TOKEN", (CROSSED,)),
    token(
        "doppler-token",
        lambda draws: draws.filled(draws.one(("dp.pt.{alnum43}", "dp.st.(prd|dev).{alnum43}"))),
        "DOPPLER_TOKEN",
        (ALIEN, RECASED, CROSSED),
        "dp.pt.",
    ),
    token("pulumi-token", "pul-{hex40}", "PULUMI_ACCESS_TOKEN PULUMI_TOKEN"),
    named("cloudflare-api-token", "{urlsafe40}", "CLOUDFLARE_API_TOKEN CF_API_TOKEN CLOUDFLARE_TOKEN"),
    named("cloudflare-global-key", "{hex37}", "CLOUDFLARE_API_KEY CLOUDFLARE_GLOBAL_KEY CF_API_KEY"),
    token("cloudflare-origin-ca-key", "v1.0-{hex24}-{hex146}", "CLOUDFLARE_CA_KEY CF_ORIGIN_CA_KEY", (SHORT, ALIEN, CROSSED)),
    named("fastly-token", "{urlsafe32}", "FASTLY_API_TOKEN FASTLY_API_KEY FASTLY_KEY"),
    token("netlify-token", "nfp_{alnum36}", "NETLIFY_AUTH_TOKEN NETLIFY_TOKEN"),
    named("vercel-token", "{alnum24}", "VERCEL_TOKEN VERCEL_API_TOKEN"),
    token(
        "databricks-token",
        lambda draws: draws.filled("dapi{hex32}") + draws.one(("", "-2", "-3")),
        "DATABRICKS_TOKEN DATABRICKS_ACCESS_TOKEN",
        (SHORT, PART, ALIEN, RECASED, CROSSED),
        "dapi",
        places=(*places("databrickscfg"), *ANYWHERE),
    ),
    placed(
        "snowflake-password",
        Draws.password,
        "SNOWFLAKE_PASSWORD",
        places("snowflake"),
        decoys="passwords",
        by_name_only=True,
    ),
    token("grafana-service-account-token", grafana_service_account, "GRAFANA_TOKEN GRAFANA_API_KEY", start="glsa_"),
    token("grafana-cloud-token", _grafana_cloud, "GRAFANA_CLOUD_TOKEN GRAFANA_CLOUD_API_KEY", OPEN, "glc_"),
    token("grafana-api-key", _grafana, "GRAFANA_API_KEY GRAFANA_TOKEN", (CROSSED,), "eyJrIjoi"),
    token("new-relic-user-key", "NRAK-{upper27}", "NEW_RELIC_API_KEY NEWRELIC_USER_KEY"),
    token(
        "new-relic-license-key",
        lambda draws: draws.filled(draws.one(("{hex36}", "eu01xx{hex30}"))) + "NRAL",
        "NEW_RELIC_LICENSE_KEY NEWRELIC_LICENSE",
        (SHORT, ALIEN, CROSSED),
    ),
    token("new-relic-insert-key", "NRII-{urlsafe32}", "NEW_RELIC_INSERT_KEY NEWRELIC_INSIGHTS_KEY"),
    named("datadog-api-key", "{hex32}", "DD_API_KEY DATADOG_API_KEY DATADOG_KEY"),
    named("datadog-application-key", "{hex40}", "DD_APP_KEY DATADOG_APP_KEY DATADOG_APPLICATION_KEY"),
    token("sentry-organization-token", _sentry, "SENTRY_AUTH_TOKEN SENTRY_ORG_TOKEN", OPEN, "sntrys_", decoys="sentry"),
    token("sentry-user-token", "sntryu_{hex64}", "SENTRY_AUTH_TOKEN SENTRY_TOKEN", decoys="sentry"),
    named("pagerduty-key", "(u+|y_|e+){urlsafe18}", "PAGERDUTY_API_KEY PAGERDUTY_TOKEN PAGER_DUTY_API_KEY"),
    token(
        "sonar-token",
        "sq(u|p|a)_{hex40}",
        "SONAR_TOKEN SONARQUBE_TOKEN SONAR_LOGIN",
        start="squ_",
        places=(*places("sonar"), *ANYWHERE),
    ),
    named("snyk-token", "{uuid}", "SNYK_TOKEN SNYK_API_TOKEN SNYK_KEY", (CROSSED,)),
    token("circleci-token", "CCIPAT_{alnum22}_{hex40}", "CIRCLECI_TOKEN CIRCLE_TOKEN"),
    named("circleci-legacy-token", "{hex40}", "CIRCLECI_TOKEN CIRCLECI_API_TOKEN CIRCLE_CI_TOKEN"),
    named("travis-token", "{urlsafe22}", "TRAVIS_TOKEN TRAVIS_API_TOKEN TRAVIS_CI_TOKEN"),
    token("buildkite-token", "bkua_{hex40}", "BUILDKITE_API_TOKEN BUILDKITE_TOKEN"),
    token(
        "launchdarkly-sdk-key",
        "(sdk|api)-{uuid}",
        "LAUNCHDARKLY_SDK_KEY LAUNCHDARKLY_ACCESS_TOKEN LAUNCHDARKLY_API_KEY",
        (ALIEN, CROSSED),
        "sdk-",
        decoys="launchdarkly",
        places=ASSIGNED,
    ),
    named("okta-token", "00{urlsafe40}", "OKTA_API_TOKEN OKTA_TOKEN OKTA_CLIENT_TOKEN"),
    token("dynatrace-token", "dt0c01.{upper24}.{upper64}", "DYNATRACE_API_TOKEN DT_API_TOKEN"),
    token(
        "tailscale-key",
        "tskey-(auth|api)-k{alnum10}CNTRL-{alnum32}",
        "TS_AUTHKEY TAILSCALE_AUTH_KEY",
        (ALIEN, RECASED, CROSSED),
        "tskey-auth-",
    ),
    token(
        "planetscale-token",
        "pscale_(tkn|pw)_{urlsafe43}",
        "PLANETSCALE_TOKEN DATABASE_PASSWORD",
        OPEN,
        "pscale_tkn_",
    ),
    token("supabase-token", "sbp_{hex40}", "SUPABASE_ACCESS_TOKEN SUPABASE_TOKEN"),
    token("prefect-key", "pnu_{alnum36}", "PREFECT_API_KEY"),
    token("onepassword-service-token", "ops_eyJ{alnum260-400}", "OP_SERVICE_ACCOUNT_TOKEN", OPEN),
    token("infracost-key", "ico-{alnum32}", "INFRACOST_API_KEY"),
    named("rollbar-token", "{hex32}", "ROLLBAR_ACCESS_TOKEN ROLLBAR_TOKEN"),
    named("codecov-token", "{uuid}", "CODECOV_TOKEN CODECOV_UPLOAD_TOKEN", (CROSSED,)),
)
