"""The second set: kinds that the first one does not have, chosen from the lists of scanners and of a code host's partners."""

import base64

from ..draws import ALNUM, Draws
from ..kind import Kind, Place
from ..places import places
from .making import ALIEN, CROSSED, FIXED, LONG, PART, RECASED, SHORT, Made, Wrong, named, placed, token

_IMAGES = places("images")
_LOOSE: Wrong = (ALIEN, RECASED, CROSSED)


def _bedrock(draws: Draws) -> str:
    """The name of the user and the number of the account, a colon, and what is random."""
    text = f"BedrockAPIKey-{draws.named('lower', 4)}-at-{draws.named('digits', 12)}:".encode()
    return "ABSK" + base64.b64encode(text + draws.of(ALNUM + "+/", 44).encode()).decode()


def _matrix(draws: Draws) -> str:
    user = base64.b64encode(f"{draws.word()}-bot".encode()).decode().rstrip("=")
    return f"syt_{user}_{draws.named('letters', 20)}_{draws.named('alnum', 6)}"


def _known(name: str, made: Made, names: str, wrong: Wrong = FIXED, start: str = "", more: tuple[Place, ...] = ()) -> Kind:
    return token(name, made, names, wrong, start, places=(*_IMAGES, *more))


def _beside(name: str, made: Made, names: str) -> Kind:
    """Known by its form and the name beside it."""
    kind = named(name, made, names)
    return kind._replace(places=_IMAGES)


KINDS: tuple[Kind, ...] = (
    _known(
        "onepassword-secret-key",
        "A3-{upper6}-{upper6}-{upper5}-{upper5}-{upper5}-{upper5}",
        "OP_SECRET_KEY ONEPASSWORD_SECRET_KEY",
        (SHORT, ALIEN, CROSSED),
    ),
    _known("adobe-client-secret", "p8e-{alnum32}", "ADOBE_CLIENT_SECRET"),
    _known("aws-bedrock-api-key", _bedrock, "AWS_BEARER_TOKEN_BEDROCK BEDROCK_API_KEY", _LOOSE, "ABSK"),
    _known(
        "clickhouse-cloud-secret",
        "4b1d{alnum38}",
        "CLICKHOUSE_API_SECRET CLICKHOUSE_CLOUD_KEY_SECRET",
        (SHORT, LONG, PART, CROSSED),
    ),
    _known("defined-networking-key", "dnkey-{upper26}-{upper52}", "DN_API_KEY DEFINED_NETWORKING_API_KEY"),
    _known("flutterwave-secret", "FLWSECK(_TEST|)-{hex32}-X", "FLW_SECRET_KEY FLUTTERWAVE_SECRET_KEY", _LOOSE, "FLWSECK"),
    _known("frameio-token", "fio-u-{urlsafe64}", "FRAMEIO_TOKEN FRAMEIO_DEVELOPER_TOKEN", (SHORT, ALIEN, CROSSED)),
    _known(
        "gocardless-token", "live_{urlsafe40}", "GOCARDLESS_ACCESS_TOKEN GC_ACCESS_TOKEN_GOCARDLESS", (SHORT, ALIEN, CROSSED)
    ),
    _known(
        "harness-token",
        "pat.{urlsafe22}.{hex24}.{alnum20}",
        "HARNESS_API_KEY HARNESS_PLATFORM_API_KEY",
        (SHORT, ALIEN, CROSSED),
    ),
    _known(
        "maxmind-license-key", "{alnum6}_{alnum29}_mmk", "MAXMIND_LICENSE_KEY GEOIPUPDATE_LICENSE_KEY", (SHORT, ALIEN, CROSSED)
    ),
    _known("octopus-deploy-key", "API-{upper26}", "OCTOPUS_API_KEY OCTOPUS_CLI_API_KEY", FIXED),
    _known("openshift-token", "sha256~{urlsafe43}", "OPENSHIFT_TOKEN OC_TOKEN", (SHORT, ALIEN, CROSSED)),
    _known("scalingo-token", "tk-us-{alnum48}", "SCALINGO_API_TOKEN", FIXED),
    _known("nvidia-api-key", "nvapi-{urlsafe64}", "NVIDIA_API_KEY NGC_API_KEY", (SHORT, ALIEN, RECASED, CROSSED)),
    _known("aiven-service-password", "AVNS_{alnum19}", "AIVEN_PG_PASSWORD DATABASE_PASSWORD", FIXED),
    _known("openrouter-key", "sk-or-v1-{hex64}", "OPENROUTER_API_KEY", FIXED),
    _known("elevenlabs-key", "sk_{hex48}", "ELEVENLABS_API_KEY XI_API_KEY ELEVEN_API_KEY", FIXED),
    _known("langfuse-secret", "sk-lf-{uuid}", "LANGFUSE_SECRET_KEY", (SHORT, ALIEN, RECASED, CROSSED)),
    _known(
        "posthog-personal-key", "phx_{alnum43}", "POSTHOG_API_KEY POSTHOG_PERSONAL_API_KEY", (SHORT, ALIEN, RECASED, CROSSED)
    ),
    _known("firecrawl-key", "fc-{hex32}", "FIRECRAWL_API_KEY", FIXED),
    _known("tavily-key", "tvly-(dev-|prod-|){alnum32}", "TAVILY_API_KEY", (SHORT, ALIEN, RECASED, CROSSED), "tvly-"),
    _known("llamacloud-key", "llx-{alnum48}", "LLAMA_CLOUD_API_KEY LLAMACLOUD_API_KEY", FIXED),
    _known("apify-token", "apify_api_{alnum36}", "APIFY_TOKEN APIFY_API_TOKEN", FIXED),
    _known("segment-public-api-token", "sgp_{alnum64}", "SEGMENT_TOKEN SEGMENT_API_TOKEN", FIXED),
    _known("wakatime-key", "waka_{uuid}", "WAKATIME_API_KEY", (SHORT, ALIEN, RECASED, CROSSED)),
    _known(
        "paddle-api-key",
        "pdl_(live|sdbx)_apikey_{lower26}_{alnum22}_{alnum3}",
        "PADDLE_API_KEY",
        (ALIEN, RECASED, CROSSED),
        "pdl_live_apikey_",
    ),
    _known("polar-token", "polar_oat_{alnum43}", "POLAR_ACCESS_TOKEN", (SHORT, ALIEN, RECASED, CROSSED)),
    _known("paystack-secret", "sk_(live|test)_{hex40}", "PAYSTACK_SECRET_KEY", (ALIEN, RECASED, CROSSED), "sk_live_"),
    _known(
        "midtrans-server-key",
        "(SB-|)Mid-server-{urlsafe24}",
        "MIDTRANS_SERVER_KEY",
        (SHORT, ALIEN, RECASED, CROSSED),
        "Mid-server-",
    ),
    _known("ngrok-authtoken", "2{alnum26}_{digits1}{alnum20}", "NGROK_AUTHTOKEN NGROK_AUTH_TOKEN", (SHORT, ALIEN, CROSSED)),
    _known("deno-deploy-token", "dd(p|o)_{alnum36}", "DENO_DEPLOY_TOKEN", FIXED, "ddp_"),
    _known("cockroachdb-api-key", "CCDB1_{alnum22}_{alnum40}", "COCKROACH_API_KEY CC_API_KEY", FIXED),
    _known("neon-api-key", "napi_{lower64}", "NEON_API_KEY", FIXED),
    _known(
        "atlas-service-account-secret",
        "mdb_sa_sk_{urlsafe40}",
        "ATLAS_CLIENT_SECRET MONGODB_ATLAS_CLIENT_SECRET",
        (SHORT, ALIEN, RECASED, CROSSED),
    ),
    _known(
        "packagist-token",
        "packagist_(out|uut|ort)_{hex68}",
        "PACKAGIST_TOKEN COMPOSER_AUTH_TOKEN",
        (SHORT, ALIEN, RECASED, CROSSED),
        "packagist_uut_",
    ),
    _known(
        "dependency-track-key", "odt_{alnum32}", "DTRACK_API_KEY DEPENDENCY_TRACK_API_KEY", (SHORT, ALIEN, RECASED, CROSSED)
    ),
    _known(
        "matrix-access-token", _matrix, "MATRIX_ACCESS_TOKEN SYNAPSE_ACCESS_TOKEN", (SHORT, ALIEN, RECASED, CROSSED), "syt_"
    ),
    _known(
        "onesignal-app-key",
        "os_v2_app_{small103}",
        "ONESIGNAL_REST_API_KEY ONESIGNAL_API_KEY",
        (SHORT, ALIEN, RECASED, CROSSED),
    ),
    _known("settlemint-token", "sm_(pat|aat|sat)_{alnum16}", "SETTLEMINT_ACCESS_TOKEN SETTLEMINT_TOKEN", FIXED, "sm_pat_"),
    _known("samsara-token", "samsara_api_{alnum30}", "SAMSARA_API_TOKEN", (SHORT, ALIEN, RECASED, CROSSED)),
    placed(
        "cloudinary-url",
        "{urlsafe27}",
        "CLOUDINARY_URL",
        places("images-addresses"),
    ),
    _beside("wandb-key", "{hex40}", "WANDB_API_KEY"),
    _beside("jenkins-api-token", "11{hex32}", "JENKINS_API_TOKEN JENKINS_TOKEN JENKINS_USER_API_TOKEN"),
    _beside("browserstack-key", "{alnum20}", "BROWSERSTACK_ACCESS_KEY BROWSERSTACK_KEY"),
    _beside("saucelabs-key", "{uuid}", "SAUCE_ACCESS_KEY SAUCELABS_ACCESS_KEY"),
    _beside("influxdb-token", "{radix86}==", "INFLUX_TOKEN INFLUXDB_TOKEN DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"),
    _beside("sumologic-access-key", "{alnum64}", "SUMOLOGIC_ACCESS_KEY SUMO_ACCESS_KEY"),
    _beside("twitch-client-secret", "{lower30}", "TWITCH_CLIENT_SECRET TWITCH_SECRET"),
    _beside("sparkpost-key", "{hex40}", "SPARKPOST_API_KEY SPARKPOST_KEY"),
    _beside("discord-client-secret", "{urlsafe32}", "DISCORD_CLIENT_SECRET"),
    _beside("coinbase-secret", "{lower64}", "COINBASE_API_SECRET COINBASE_ACCESS_TOKEN COINBASE_SECRET"),
    _beside("messagebird-key", "{alnum25}", "MESSAGEBIRD_API_KEY MESSAGEBIRD_ACCESS_KEY MESSAGEBIRD_TOKEN"),
)
