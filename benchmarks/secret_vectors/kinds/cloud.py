"""Clouds: keys in two parts, storage keys, connection strings and signed addresses."""

import base64
import urllib.parse
from collections.abc import Callable

from ..draws import ALNUM, Draws
from ..kind import Kind, Place
from ..places import ASSIGNED, places, with_strings
from . import der
from .making import CROSSED, LONG, OPEN, SHORT, UNPREFIXED, named, placed, token
from .service_account import service_account


def aws_id(draws: Draws) -> str:
    """The first 48 bits of the decoded text hold the number of the account."""
    account = draws.between(10**11, 10**12 - 1)
    data = ((1 << 47) | account << 7 | draws.between(0, 127)).to_bytes(6, "big") + draws.bytes(4)
    return "AKIA" + base64.b32encode(data).decode()


def _session_id(draws: Draws) -> str:
    return aws_id(draws).replace("AKIA", "ASIA", 1)


def _session_token(draws: Draws) -> str:
    return base64.b64encode(b"!\n\torigin_ec" + draws.bytes(draws.between(250, 420))).decode()


def _signature(draws: Draws) -> str:
    return urllib.parse.quote(draws.base64(32), safe="")


def _key(size: int) -> Callable[[Draws], str]:
    return lambda draws: draws.base64(size)


def _bus_key(draws: Draws) -> str:
    """Newer keys carry a signature of their service before the end."""
    if draws.between(0, 1):
        return draws.base64(32)
    return draws.filled("{radix33}+ASb{alnum5}") + draws.one("AEIMQUYcgkosw048") + "="


_STORAGE = (
    "DefaultEndpointsProtocol=https;AccountName=@@word@@@@count@@;AccountKey=@@value@@;EndpointSuffix=core.windows.net",
    "DefaultEndpointsProtocol=https;AccountName=@@word@@@@count@@;AccountKey=@@value@@",
    "BlobEndpoint=https://@@word@@.blob.core.windows.net/;AccountName=@@word@@;AccountKey=@@value@@",
)
_BUS = (
    "Endpoint=sb://@@word@@-@@count@@.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;"
    "SharedAccessKey=@@value@@",
    "Endpoint=sb://@@word@@.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=@@value@@;EntityPath=@@word2@@",
)
_COSMOS = (
    "AccountEndpoint=https://@@word@@-@@count@@.documents.azure.com:443/;AccountKey=@@value@@;",
    "AccountEndpoint=https://@@word@@.documents.azure.com:443/;AccountKey=@@value@@;Database=@@word2@@",
)
_HUB = (
    "HostName=@@word@@.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=@@value@@",
    "HostName=@@word@@.azure-devices.net;DeviceId=@@word2@@-@@count@@;SharedAccessKey=@@value@@",
)
_SIGNED = (
    "https://@@word@@.blob.core.windows.net/@@word2@@?sv=2022-11-02&ss=b&srt=sco&sp=rwdlac&se=2027-01-01T00:00:00Z"
    "&st=2026-01-01T00:00:00Z&spr=https&sig=@@value@@",
    "https://@@word@@.blob.core.windows.net/@@word2@@/@@word3@@.zip?sp=r&st=2026-02-01T08:00:00Z&se=2028-02-01T16:00:00Z"
    "&sv=2021-06-08&sr=b&sig=@@value@@",
    "?sv=2023-01-03&ss=bfqt&srt=o&sp=rl&se=2027-06-30T22:00:00Z&spr=https&sig=@@value@@",
)
_AZURITE = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz" + "4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_COSMOS_EMULATOR = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8" + "mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
_GOOGLE_SAMPLE = "AIzaSyDaGmWKa4JsXZ-" + "HjGw7ISLn_3namBGewQe"


def _pair(other: str, identifier: str) -> tuple[Place, ...]:
    """The files that hold an identifier beside its secret."""

    def made(text: str) -> Callable[[Draws], str]:
        return lambda draws: draws.filled(text)

    return places("pairs", id=made(identifier), OTHER=made(other), other=made(other.lower()))


KINDS: tuple[Kind, ...] = (
    placed(
        "aws-access-key-pair",
        "{radix40}",
        "AWS_SECRET_ACCESS_KEY",
        places("aws-pair", id=aws_id),
        decoys="aws",
    ),
    placed(
        "aws-session-token",
        _session_token,
        "AWS_SESSION_TOKEN",
        places("aws-session", id=_session_id),
        OPEN,
        decoys="aws",
        start="IQoJ",
    ),
    token(
        "gcp-api-key",
        "AIza{urlsafe35}",
        "GOOGLE_API_KEY GOOGLE_MAPS_KEY GCP_API_KEY YOUTUBE_API_KEY",
        samples=(_GOOGLE_SAMPLE,),
    ),
    placed(
        "gcp-service-account",
        lambda draws: der.pem("PRIVATE KEY", der.pkcs8(draws)),
        "GOOGLE_APPLICATION_CREDENTIALS",
        (service_account,),
        (),
        decoys="service-account",
    ),
    token("google-oauth-client-secret", "GOCSPX-{urlsafe28}", "GOOGLE_CLIENT_SECRET GOOGLE_OAUTH_SECRET"),
    token("google-oauth-refresh-token", "1//0{small1}{urlsafe98}", "GOOGLE_REFRESH_TOKEN GMAIL_REFRESH_TOKEN", UNPREFIXED),
    token("google-oauth-access-token", "ya29.a0{urlsafe140-210}", "GOOGLE_ACCESS_TOKEN GCLOUD_TOKEN", OPEN),
    named(
        "azure-storage-key",
        _key(64),
        "AZURE_STORAGE_KEY AZURE_STORAGE_ACCOUNT_KEY STORAGE_ACCOUNT_KEY AZURE_STORAGE_ACCESS_KEY",
        samples=(_AZURITE,),
        decoys="azure-storage",
    ),
    placed(
        "azure-storage-connection-string",
        _key(64),
        "AZURE_STORAGE_CONNECTION_STRING AZURE_WEB_JOBS_STORAGE STORAGE_CONNECTION",
        with_strings("azure-strings", *_STORAGE),
        (CROSSED, SHORT),
        (_AZURITE,),
        "azure-storage",
    ),
    placed(
        "azure-sas-url",
        _signature,
        "SAS_URL AZURE_SAS_URL UPLOAD_URL AZURE_STORAGE_SAS_TOKEN",
        with_strings("azure-strings", *_SIGNED),
        (CROSSED, SHORT),
        decoys="azure-sas",
    ),
    token(
        "azure-ad-client-secret",
        lambda draws: (
            draws.filled("{alnum3}{digits1}Q~") + draws.of(ALNUM + "_-.~", draws.between(30, 33)) + draws.named("alnum", 1)
        ),
        "AZURE_CLIENT_SECRET ARM_CLIENT_SECRET AAD_CLIENT_SECRET",
        UNPREFIXED,
    ),
    named("azure-devops-pat", "{small52}", "AZURE_DEVOPS_PAT AZURE_DEVOPS_EXT_PAT VSTS_TOKEN"),
    token(
        "azure-devops-pat-with-signature",
        "{alnum52}JQQJ99B{upper17}AZDO{alnum4}",
        "AZURE_DEVOPS_PAT SYSTEM_ACCESSTOKEN ADO_TOKEN",
        (SHORT, LONG, CROSSED),
    ),
    placed(
        "azure-event-hub-connection-string",
        _bus_key,
        "EVENT_HUB_CONNECTION_STRING SERVICE_BUS_CONNECTION AZURE_EVENTHUB",
        with_strings("azure-strings", *_BUS),
        (CROSSED, SHORT),
        decoys="azure-bus",
    ),
    placed(
        "azure-cosmos-connection-string",
        _key(64),
        "COSMOS_CONNECTION_STRING COSMOSDB COSMOS_DB",
        with_strings("azure-strings", *_COSMOS),
        (CROSSED, SHORT),
        (_COSMOS_EMULATOR,),
        "azure-storage",
    ),
    placed(
        "azure-iot-hub-connection-string",
        _key(32),
        "IOTHUB_CONNECTION_STRING DEVICE_CONNECTION",
        with_strings("azure-strings", *_HUB),
        (CROSSED, SHORT),
        decoys="azure-bus",
    ),
    token(
        "azure-container-registry-password",
        "{radix42}+ACR{alnum6}",
        "ACR_PASSWORD REGISTRY_PASSWORD AZURE_REGISTRY_PASSWORD",
        (SHORT, LONG, CROSSED),
    ),
    placed(
        "alibaba-access-key-pair",
        "{alnum30}",
        "ALICLOUD_SECRET_KEY ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        _pair("ALICLOUD_ACCESS_KEY", "LTAI{alnum20}"),
        decoys="pairs",
    ),
    placed(
        "tencent-secret-pair",
        "{alnum32}",
        "TENCENTCLOUD_SECRET_KEY",
        _pair("TENCENTCLOUD_SECRET_ID", "AKID{alnum32}"),
        decoys="pairs",
    ),
    named("ibm-cloud-api-key", "{urlsafe44}", "IBM_CLOUD_API_KEY IBMCLOUD_API_KEY IBM_API_KEY"),
    token("yandex-cloud-api-key", "AQVN{urlsafe36}", "YANDEX_API_KEY YC_API_KEY YANDEX_CLOUD_KEY"),
    token("yandex-cloud-iam-token", "t1.9euelZ{urlsafe60-190}.{urlsafe86}", "YC_TOKEN YANDEX_IAM_TOKEN", OPEN),
    token(
        "yandex-cloud-storage-secret",
        "YC{urlsafe38}",
        "YANDEX_STORAGE_SECRET YC_STORAGE_SECRET_KEY",
        (SHORT, LONG, CROSSED),
        places=ASSIGNED,
    ),
    token(
        "digitalocean-token",
        "do(p|o|r)_v1_{hex64}",
        "DIGITALOCEAN_TOKEN DO_TOKEN DIGITALOCEAN_ACCESS_TOKEN",
        start="dop_v1_",
    ),
    named("linode-token", "{hex64}", "LINODE_TOKEN LINODE_API_TOKEN LINODE_CLI_TOKEN"),
    token("heroku-api-key", "HRKU-AA{urlsafe58}", "HEROKU_API_KEY HEROKU_TOKEN"),
    named("heroku-legacy-api-key", "{uuid}", "HEROKU_API_KEY HEROKU_KEY", (CROSSED,)),
    token("fly-io-token", "FlyV1 fm2_{radix400-700}", "FLY_API_TOKEN FLY_ACCESS_TOKEN", UNPREFIXED),
)
