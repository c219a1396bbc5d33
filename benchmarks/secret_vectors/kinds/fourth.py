"""The fourth set: kinds that the first three do not have, known by their form or by the name of their issuer."""

import base64

from ..draws import ALNUM, Draws
from ..kind import Kind
from ..places import places
from .making import ALIEN, CROSSED, FIXED, RECASED, SHORT, Made, Wrong, named, placed, token

_MACHINES = places("machines")
_WEBHOOKS = places("webhooks")
_OPEN: Wrong = (SHORT, ALIEN, RECASED, CROSSED)  # what follows may belong to it
_LOOSE: Wrong = (SHORT, ALIEN, CROSSED)  # nor has it a prefix of letters


def _api_key_of_elastic(draws: Draws) -> str:
    """The number of the key and its secret, as the service prints them together."""
    return base64.b64encode(draws.filled("{urlsafe20}:{urlsafe22}").encode()).decode()


def _pubnub(draws: Draws) -> str:
    return "sec-c-" + base64.b64encode(draws.uuid().encode()).decode()


def _volcengine(draws: Draws) -> str:
    return base64.b64encode(draws.of(ALNUM, 44).encode()).decode()


def _known(name: str, made: Made, names: str, wrong: Wrong = FIXED, start: str = "") -> Kind:
    return token(name, made, names, wrong, start, places=_MACHINES)


def _beside(name: str, made: Made, names: str) -> Kind:
    """Known by its form and the name beside it."""
    return named(name, made, names)._replace(places=_MACHINES)


def _webhook(name: str, made: str, names: str) -> Kind:
    """An address that lets everybody post who knows it."""
    return placed(name, made, names, _WEBHOOKS, (CROSSED,), start=made.partition("{")[0])


KINDS: tuple[Kind, ...] = (
    _known("appsync-key", "da2-{lower26}", "APPSYNC_API_KEY AWS_APPSYNC_KEY"),
    _known("bitgo-token", "v2x{hex64}", "BITGO_ACCESS_TOKEN", FIXED, "v2x"),
    _known("clickup-token", "pk_{digits8}_{upper32}", "CLICKUP_API_TOKEN CLICKUP_TOKEN", FIXED, "pk_"),
    _known("gitlab-scim-token", "glsoat-{urlsafe20}", "GITLAB_SCIM_TOKEN SCIM_OAUTH_TOKEN", _OPEN),
    _known("gitlab-mail-token", "glimt-{lower25}", "GITLAB_INCOMING_MAIL_TOKEN", FIXED),
    _known("gitlab-flags-token", "glffct-{urlsafe20}", "GITLAB_FEATURE_FLAGS_TOKEN UNLEASH_INSTANCE_TOKEN", _OPEN),
    _known("hugging-face-organization-token", "api_org_{letters34}", "HF_ORG_TOKEN HUGGINGFACE_TOKEN"),
    _known("lichess-token", "lip_{alnum20}", "LICHESS_API_TOKEN LICHESS_TOKEN"),
    _known("linear-oauth-token", "lin_oauth_{hex64}", "LINEAR_ACCESS_TOKEN LINEAR_OAUTH_TOKEN"),
    _known("nylas-key", "nyk_v0_{alnum64}", "NYLAS_API_KEY"),
    _known("tableau-token", "{radix22}==:{alnum32}", "TABLEAU_TOKEN TABLEAU_PAT_VALUE", _LOOSE),
    _known("voyage-key", "pa-{urlsafe43}", "VOYAGE_API_KEY VOYAGEAI_API_KEY", _LOOSE),
    _known("xata-key", "xau_{alnum36}", "XATA_API_KEY", _OPEN),
    _known("baidu-api-key", "bce-v3/ALTAK-{alnum21}/{hex40}", "QIANFAN_API_KEY BAIDU_API_KEY", _OPEN),
    _known("together-key", "tgp_v1_{urlsafe43}", "TOGETHER_API_KEY", _OPEN),
    _known("fireworks-key", "fw_{alnum24}", "FIREWORKS_API_KEY"),
    _known("e2b-key", "e2b_{hex40}", "E2B_API_KEY"),
    _known("runpod-key", "rpa_{upper46}", "RUNPOD_API_KEY"),
    _known("new-relic-rest-key", "NRRA-{hex42}", "NEW_RELIC_REST_API_KEY NEWRELIC_REST_KEY"),
    _known("azure-search-key", "{alnum42}AzSe(A|B|C|D){alnum5}", "AZURE_SEARCH_KEY AZURE_SEARCH_ADMIN_KEY", _LOOSE),
    _known("azure-redis-key", "{alnum33}AzCa(A|B|C|D|E){radix5}=", "AZURE_REDIS_KEY REDIS_ACCESS_KEY", _LOOSE),
    _known("azure-batch-key", "{radix76}+ABa{radix6}==", "AZURE_BATCH_KEY BATCH_ACCOUNT_KEY", _LOOSE),
    _known("azure-function-key", "{urlsafe44}AzFu{urlsafe6}==", "AZURE_FUNCTION_KEY FUNCTIONS_MASTER_KEY", _LOOSE),
    _known("azure-openai-key", "{alnum52}JQQJ99{upper10}{alnum8}ACOG{alnum4}", "AZURE_OPENAI_API_KEY AZURE_OPENAI_KEY", _LOOSE),
    _known("jumpcloud-key", "jca_{alnum36}", "JUMPCLOUD_API_KEY"),
    _known("stackhawk-key", "hawk.{urlsafe20}.{urlsafe20}", "HAWK_API_KEY STACKHAWK_API_KEY", _OPEN),
    _known("netbird-token", "nbp_{alnum36}", "NETBIRD_TOKEN NB_API_TOKEN"),
    _known("appveyor-token", "v2.{lower20}", "APPVEYOR_API_TOKEN APPVEYOR_TOKEN", _LOOSE),
    _known("dbt-cloud-token", "dbt(u|c)_{urlsafe48}", "DBT_CLOUD_API_TOKEN DBT_CLOUD_TOKEN", _OPEN, "dbtc_"),
    _known("close-key", "api_{alnum22}.{alnum22}", "CLOSE_API_KEY", _OPEN),
    _known("klaviyo-key", "pk_{hex34}", "KLAVIYO_PRIVATE_KEY KLAVIYO_API_KEY", FIXED, "pk_"),
    _known("courier-token", "pk_(prod|test)_{upper28}", "COURIER_AUTH_TOKEN", FIXED, "pk_prod_"),
    _known("ably-key", "{urlsafe6}.{urlsafe6}:{urlsafe43}", "ABLY_API_KEY ABLY_KEY", _LOOSE),
    _known("pubnub-secret", _pubnub, "PUBNUB_SECRET_KEY", _OPEN, "sec-c-"),
    _known("mollie-key", "(live|test)_{alnum30}", "MOLLIE_API_KEY MOLLIE_KEY", FIXED, "live_"),
    _known(
        "mercadopago-token",
        "APP_USR-{digits16}-{digits6}-{hex32}-{digits9}",
        "MERCADOPAGO_ACCESS_TOKEN MP_ACCESS_TOKEN",
        (ALIEN, RECASED, CROSSED),
    ),
    _known("xendit-key", "xnd_(production|development)_{alnum48}", "XENDIT_SECRET_KEY XENDIT_API_KEY", _OPEN, "xnd_"),
    _known("omise-key", "skey_(test_|){lower19}", "OMISE_SECRET_KEY", _OPEN, "skey_"),
    _known("statsig-secret", "secret-{alnum43}", "STATSIG_SECRET_KEY STATSIG_SERVER_KEY", _LOOSE),
    _known("unleash-token", "(*|default):(production|development).{hex56}", "UNLEASH_API_TOKEN", _LOOSE, "*:production."),
    _known("swarm-unlock-key", "SWMKEY-1-{radix43}", "SWARM_UNLOCK_KEY UNLOCK_KEY", (ALIEN, CROSSED)),
    _known("rancher-token", "token-{small5}:{small54}", "RANCHER_TOKEN RANCHER_TOKEN_KEY CATTLE_TOKEN", _LOOSE),
    _known("sentry-dsn-secret", "https://{hex32}:{hex32}@sentry.io/{digits6}", "SENTRY_DSN", (CROSSED,)),
    _webhook("dingtalk-webhook", "https://oapi.dingtalk.com/robot/send?access_token={hex64}", "DINGTALK_WEBHOOK DING_URL"),
    _webhook("wecom-webhook", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={uuid}", "WECOM_WEBHOOK WECHAT_URL"),
    _webhook("lark-webhook", "https://open.(feishu.cn|larksuite.com)/open-apis/bot/v2/hook/{uuid}", "LARK_WEBHOOK FEISHU_URL"),
    _webhook(
        "google-chat-webhook",
        "https://chat.googleapis.com/v1/spaces/{urlsafe11}/messages?key=AIza{urlsafe35}&token={urlsafe43}",
        "GOOGLE_CHAT_WEBHOOK GCHAT_URL",
    ),
    _webhook("zapier-webhook", "https://hooks.zapier.com/hooks/catch/{digits7}/{lower7}/", "ZAPIER_WEBHOOK ZAPIER_URL"),
    _webhook("ifttt-webhook", "https://maker.ifttt.com/trigger/{lower8}/with/key/{urlsafe43}", "IFTTT_WEBHOOK IFTTT_URL"),
    _beside("openweathermap-key", "{hex32}", "OPENWEATHERMAP_API_KEY OPENWEATHER_API_KEY"),
    _beside("razorpay-secret", "{alnum24}", "RAZORPAY_KEY_SECRET RAZORPAY_SECRET"),
    _beside("kraken-secret", "{radix86}==", "KRAKEN_PRIVATE_KEY KRAKEN_API_SECRET"),
    _beside("binance-secret", "{alnum64}", "BINANCE_SECRET_KEY BINANCE_API_SECRET"),
    _beside("assemblyai-key", "{hex32}", "ASSEMBLYAI_API_KEY ASSEMBLY_AI_KEY"),
    _beside("deepseek-key", "sk-{hex32}", "DEEPSEEK_API_KEY"),
    _beside("splunk-collector-token", "{uuid}", "SPLUNK_HEC_TOKEN"),
    _beside("elastic-api-key", _api_key_of_elastic, "ELASTIC_API_KEY ELASTICSEARCH_API_KEY"),
    _beside("volcengine-secret", _volcengine, "VOLCENGINE_SECRET_KEY VOLC_SECRETKEY"),
    _beside("vonage-secret", "{alnum16}", "VONAGE_API_SECRET NEXMO_API_SECRET"),
    _beside("todoist-token", "{hex40}", "TODOIST_API_TOKEN TODOIST_TOKEN"),
    _beside("pipedrive-token", "{hex40}", "PIPEDRIVE_API_TOKEN"),
    _beside("pusher-secret", "{hex20}", "PUSHER_APP_SECRET PUSHER_SECRET"),
    _beside("mailjet-secret", "{hex32}", "MAILJET_SECRET_KEY MJ_APIKEY_PRIVATE"),
    _beside("hex-registry-key", "{hex32}", "HEX_API_KEY"),
    _beside("bunny-key", "{uuid}-{hex4}-{hex4}", "BUNNY_API_KEY BUNNYCDN_API_KEY"),
    _beside("semgrep-token", "{hex64}", "SEMGREP_APP_TOKEN"),
    _beside("exa-key", "{uuid}", "EXA_API_KEY"),
    _beside("weaviate-key", "{alnum36}", "WEAVIATE_API_KEY"),
    _beside("akeyless-key", "{radix43}=", "AKEYLESS_ACCESS_KEY"),
    _beside("fivetran-secret", "{alnum32}", "FIVETRAN_API_SECRET FIVETRAN_SECRET"),
    _beside("line-channel-token", "{radix170}=", "LINE_CHANNEL_ACCESS_TOKEN"),
    _beside("onelogin-secret", "{hex64}", "ONELOGIN_CLIENT_SECRET"),
    _beside("duo-secret", "{alnum40}", "DUO_SECRET_KEY DUO_SKEY"),
    _beside("etsy-secret", "{lower10}", "ETSY_SHARED_SECRET"),
    _beside("spotify-secret", "{hex32}", "SPOTIFY_CLIENT_SECRET SPOTIPY_CLIENT_SECRET"),
    _beside("modal-secret", "as-{alnum22}", "MODAL_TOKEN_SECRET"),
    _beside("conjur-key", "{lower53}", "CONJUR_AUTHN_API_KEY CONJUR_API_KEY"),
)
