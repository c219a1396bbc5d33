"""Clouds: keys in two parts, storage keys, connection strings and signed addresses."""

import base64
import json
import urllib.parse

from ..draws import ALNUM, BASE32, LOWER, URLSAFE, Draws
from ..places import ASSIGNED, template, templates
from ..vectors import Decoy, Kind, Place, Placed
from . import der
from .making import CROSSED, FIXED, OPEN, named, token

_BASE64 = ALNUM + "/+"


def aws_id(draws: Draws, prefix: str = "AKIA") -> str:
    """The first 48 bits of the decoded text hold the number of the account."""
    account = draws.between(10**11, 10**12 - 1)
    data = ((1 << 47) | account << 7 | draws.between(0, 127)).to_bytes(6, "big") + draws.bytes(4)
    return prefix + base64.b32encode(data).decode()


def _aws_secret(draws: Draws) -> str:
    return draws.of(_BASE64, 40)


def _session_token(draws: Draws) -> str:
    return base64.b64encode(b"!\n\torigin_ec" + draws.bytes(draws.between(250, 420))).decode()


_AWS_TEXTS = (
    ("root/.aws/credentials", "[default]\naws_access_key_id = @@id@@\naws_secret_access_key = @@value@@\nregion = eu-west-1\n"),
    ("app/.env", "AWS_REGION=eu-west-1\nAWS_ACCESS_KEY_ID=@@id@@\nAWS_SECRET_ACCESS_KEY=@@value@@\n"),
    ("app/config/storage.yml", "amazon:\n  service: S3\n  access_key_id: @@id@@\n  secret_access_key: @@value@@\n  bucket: media\n"),
    ("opt/infra/provider.tf", 'provider "aws" {\n  region     = "eu-west-1"\n  access_key = "@@id@@"\n  secret_key = "@@value@@"\n}\n'),
    ("app/config/aws.json", '{"accessKeyId": "@@id@@", "secretAccessKey": "@@value@@", "region": "us-east-1"}\n'),
    ("app/src/S3.java", 'class S3 {\n    AWSCredentials keys() {\n        return new BasicAWSCredentials("@@id@@", "@@value@@");\n    }\n}\n'),
    ("app/upload.py", 'import boto3\n\nclient = boto3.client(\n    "s3",\n    aws_access_key_id="@@id@@",\n    aws_secret_access_key="@@value@@",\n)\n'),
    ("opt/hadoop/etc/hadoop/core-site.xml", "<configuration>\n  <property>\n    <name>fs.s3a.access.key</name>\n    <value>@@id@@</value>\n  </property>\n  <property>\n    <name>fs.s3a.secret.key</name>\n    <value>@@value@@</value>\n  </property>\n</configuration>\n"),
    ("app/src/main/resources/application.properties", "cloud.aws.credentials.access-key=@@id@@\ncloud.aws.credentials.secret-key=@@value@@\n"),
    ("app/Dockerfile", "FROM amazonlinux:2023\nENV AWS_ACCESS_KEY_ID=@@id@@ \\\n    AWS_SECRET_ACCESS_KEY=@@value@@\n"),
    ("usr/local/bin/backup.sh", "#!/bin/sh\nexport AWS_ACCESS_KEY_ID='@@id@@'\nexport AWS_SECRET_ACCESS_KEY='@@value@@'\naws s3 sync /data s3://backup\n"),
    ("app/src/aws.js", "AWS.config.update({\n  accessKeyId: '@@id@@',\n  secretAccessKey: '@@value@@',\n});\n"),
)  # fmt: skip


def _with_id(path: str, text: str, prefix: str = "AKIA") -> Place:
    def place(draws: Draws, name: str, value: str) -> Placed:
        return template(path, text.replace("@@id@@", aws_id(draws, prefix)))(draws, name, value)

    return place


_SESSION_TEXTS = (
    ("root/.aws/credentials", "[default]\naws_access_key_id = @@id@@\naws_session_token = @@value@@\n"),
    ("app/.env", "AWS_ACCESS_KEY_ID=@@id@@\nAWS_SESSION_TOKEN=@@value@@\n"),
    ("usr/local/bin/run.sh", '#!/bin/sh\nexport AWS_SESSION_TOKEN="@@value@@"\naws sts get-caller-identity\n'),
    ("app/config/aws.json", '{"AccessKeyId": "@@id@@", "SessionToken": "@@value@@", "Expiration": "2026-03-04T10:12:44Z"}\n'),
    ("app/upload.py", 'import boto3\n\nclient = boto3.client("s3", aws_session_token="@@value@@")\n'),
    ("app/config/aws.yml", "aws:\n  region: us-east-1\n  session_token: @@value@@\n"),
)


def _aws_sample(text: str) -> Decoy:
    example = "EXAMPLE"
    path, form = "root/.aws/credentials", "[default]\naws_access_key_id = @@id@@\naws_secret_access_key = @@value@@\n"
    return Decoy(
        "a documented sample",
        lambda draws: template(path, form.replace("@@id@@", f"AKIAIOSFODNN7{example}"))(draws, "X", text + example + "KEY"),
    )


_ROLE = Decoy(
    "the identifier of a role",
    lambda draws: template("opt/infra/role.json", '{"RoleId": "@@value@@", "Arn": "arn:aws:iam::@@count@@:role/@@word@@"}\n')(
        draws, "X", aws_id(draws, "AROA")
    ),
)
_UNDER_AN_ALIAS = Decoy(
    "the name of a key of KMS",
    lambda draws: template("opt/infra/kms.json", '{"KeyId": "arn:aws:kms:eu-west-1:@@count@@:key/@@value@@"}\n')(
        draws, "X", draws.uuid()
    ),
)
_HASH_OF_A_FILE = Decoy(
    "a checksum of forty digits",
    lambda draws: template("app/SHA1SUMS", "@@value@@  aws-secret-store-@@version@@.tar.gz\n")(draws, "X", draws.hex(40)),
)
_REFERRED_KEYS = Decoy(
    "a reference",
    lambda draws: template(
        "opt/infra/provider.tf", 'provider "aws" {\n  access_key = var.access_key\n  secret_key = @@value@@\n}\n'
    )(draws, "X", "var.aws_secret_access_key_for_backups"),
)


def _service_account(draws: Draws, name: str, value: str) -> Placed:
    project = f"{draws.word()}-{draws.digits(6)}"
    document = {
        "type": "service_account",
        "project_id": project,
        "private_key_id": draws.hex(40),
        "private_key": value,
        "client_email": f"{draws.word()}@{project}.iam.gserviceaccount.com",
        "client_id": draws.digits(21),
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    indent = draws.one((None, 2))
    path = draws.one(("app/service-account.json", "opt/app/credentials/gcp-key.json", f"root/{project}-{draws.hex(12)}.json"))
    return Placed(path, json.dumps(document, indent=indent) + "\n", json.dumps(value)[1:-1])


_PUBLIC_ACCOUNT = Decoy(
    "a service account without its key",
    lambda draws: template(
        "app/service-account.json",
        '{"type": "service_account", "project_id": "@@word@@", "private_key_id": "@@value@@", "private_key": "REDACTED"}\n',
    )(draws, "X", draws.hex(40)),
)
_FEDERATED_ACCOUNT = Decoy(
    "an account of another cloud, without a key",
    lambda draws: template(
        "app/credentials.json",
        '{"type": "external_account", "audience": "//iam.googleapis.com/projects/@@count@@/locations/global/workloadIdentityPools/@@value@@",'
        ' "token_url": "https://sts.googleapis.com/v1/token"}\n',
    )(draws, "X", draws.word()),
)
_PUBLISHED_KEY = Decoy(
    "a public key of Google's",
    lambda draws: template(
        "var/cache/certs.json",
        '{"@@value@@": "-----BEGIN CERTIFICATE-----\\nMIIDJzCCAg+gAwIBAgIJ\\n-----END CERTIFICATE-----"}\n',
    )(draws, "X", draws.hex(40)),
)

_STORAGE_STRINGS = (
    "DefaultEndpointsProtocol=https;AccountName=@@word@@@@count@@;AccountKey=@@value@@;EndpointSuffix=core.windows.net",
    "DefaultEndpointsProtocol=https;AccountName=@@word@@@@count@@;AccountKey=@@value@@",
    "BlobEndpoint=https://@@word@@.blob.core.windows.net/;AccountName=@@word@@;AccountKey=@@value@@",
)
_BUS_STRINGS = (
    "Endpoint=sb://@@word@@-@@count@@.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=@@value@@",
    "Endpoint=sb://@@word@@.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=@@value@@;EntityPath=@@word2@@",
)
_COSMOS_STRINGS = (
    "AccountEndpoint=https://@@word@@-@@count@@.documents.azure.com:443/;AccountKey=@@value@@;",
    "AccountEndpoint=https://@@word@@.documents.azure.com:443/;AccountKey=@@value@@;Database=@@word2@@",
)
_HUB_STRINGS = (
    "HostName=@@word@@.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=@@value@@",
    "HostName=@@word@@.azure-devices.net;DeviceId=@@word2@@-@@count@@;SharedAccessKey=@@value@@",
)
_STRING_FILES = (
    ("app/.env", "LOG_LEVEL=info\n@@NAME@@=@@string@@\n"),
    ("app/.env.production", 'TZ=UTC\n@@NAME@@="@@string@@"\n'),
    ("opt/app/appsettings.json", '{\n  "ConnectionStrings": {\n    "@@Camel@@": "@@string@@"\n  }\n}\n'),
    ("opt/app/appsettings.Production.json", '{"@@Camel@@":"@@string@@","AllowedHosts":"*"}\n'),
    ("app/local.settings.json", '{\n  "IsEncrypted": false,\n  "Values": {"@@NAME@@": "@@string@@"}\n}\n'),
    ("app/Web.config", '<configuration>\n  <connectionStrings>\n    <add name="@@Camel@@" connectionString="@@string@@" />\n  </connectionStrings>\n</configuration>\n'),
    ("app/config/application.yml", 'azure:\n  @@kebab@@: "@@string@@"\n  retries: 3\n'),
    ("app/src/main/resources/application.properties", "server.port=8080\nazure.@@dotted@@=@@string@@\n"),
    ("app/store.py", '@@NAME@@ = "@@string@@"\nRETRIES = 3\n'),
    ("app/src/Store.cs", 'public static class Store\n{\n    const string @@Camel@@ = "@@string@@";\n}\n'),
    ("app/src/store.js", "const client = Client.fromConnectionString('@@string@@');\n"),
    ("usr/local/bin/start.sh", "#!/bin/sh\nexport @@NAME@@='@@string@@'\nexec /app/server\n"),
    ("srv/docker-compose.yml", "services:\n  app:\n    image: app:1\n    environment:\n      - @@NAME@@=@@string@@\n"),
)  # fmt: skip


def _strings(strings: tuple[str, ...]) -> tuple[Place, ...]:
    """Each file, with one connection string after the other."""
    return tuple(
        template(path, text.replace("@@string@@", strings[count % len(strings)]))
        for count, (path, text) in enumerate(_STRING_FILES * len(strings))
    )


def _in_a_string(why: str, value: str) -> Decoy:
    return Decoy(why, lambda draws: draws.one(_strings(_STORAGE_STRINGS))(draws, "AZURE_STORAGE_CONNECTION_STRING", value))


_AZURITE = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz" + "4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_COSMOS_EMULATOR = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8" + "mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
_BY_IDENTITY = Decoy(
    "a connection string without a key",
    lambda draws: template("app/.env", "AZURE_STORAGE=DefaultEndpointsProtocol=https;AccountName=@@word@@;@@value@@\n")(
        draws, "X", "EndpointSuffix=core.windows.net"
    ),
)


def _signed(draws: Draws) -> str:
    return urllib.parse.quote(draws.base64(32), safe="")


_SAS_ADDRESSES = (
    "https://@@word@@.blob.core.windows.net/@@word2@@?sv=2022-11-02&ss=b&srt=sco&sp=rwdlac&se=2027-01-01T00:00:00Z&st=2026-01-01T00:00:00Z&spr=https&sig=@@value@@",
    "https://@@word@@.blob.core.windows.net/@@word2@@/@@word3@@.zip?sp=r&st=2026-02-01T08:00:00Z&se=2028-02-01T16:00:00Z&sv=2021-06-08&sr=b&sig=@@value@@",
    "?sv=2023-01-03&ss=bfqt&srt=o&sp=rl&se=2027-06-30T22:00:00Z&spr=https&sig=@@value@@",
)
_SIGNED_BY_OTHERS = Decoy(
    "a parameter of another service",
    lambda draws: template("app/links.html", '<a href="https://@@host@@/img?w=@@count@@&sig=@@value@@">@@word@@</a>\n')(
        draws, "X", draws.hex(12)
    ),
)
_UNSIGNED = Decoy(
    "an address without a signature",
    lambda draws: template("app/.env", "CONTAINER=https://@@word@@.blob.core.windows.net/@@value@@?sv=2022-11-02&sr=c\n")(
        draws, "X", draws.word()
    ),
)


def _beside(path: str, text: str) -> Place:
    return template(path, text)


def _pair(first: str, second: str) -> tuple[tuple[str, str], ...]:
    """The files that hold an identifier and its secret; ``@@id@@`` is filled in by the kind."""
    return (
        ("app/.env", f"TZ=UTC\n{first}=@@id@@\n{second}=@@value@@\n"),
        ("app/config/keys.yml", f"cloud:\n  {first.lower()}: @@id@@\n  {second.lower()}: @@value@@\n"),
        ("app/config/keys.json", f'{{"{first.lower()}": "@@id@@", "{second.lower()}": "@@value@@"}}\n'),
        ("usr/local/bin/sync.sh", f'#!/bin/sh\nexport {first}="@@id@@"\nexport {second}="@@value@@"\n'),
        ("app/settings.py", f'{first} = "@@id@@"\n{second} = "@@value@@"\nTIMEOUT = 30\n'),
        ("app/src/main/resources/application.properties", f"{first.lower().replace('_', '.')}=@@id@@\n{second.lower().replace('_', '.')}=@@value@@\n"),
        ("opt/infra/provider.tf", f'provider "cloud" {{\n  {first.lower()} = "@@id@@"\n  {second.lower()} = "@@value@@"\n}}\n'),
        ("app/Dockerfile", f"FROM debian:12\nENV {first}=@@id@@\nENV {second}=@@value@@\n"),
    )  # fmt: skip


def _alibaba(path: str, text: str) -> Place:
    return lambda draws, name, value: template(path, text.replace("@@id@@", "LTAI" + draws.alnum(20)))(draws, name, value)


def _tencent(path: str, text: str) -> Place:
    return lambda draws, name, value: template(path, text.replace("@@id@@", "AKID" + draws.alnum(32)))(draws, name, value)


def _identifiable(letters: int, signature: str, end: int) -> "object":
    return lambda draws: draws.alnum(letters) + signature + draws.alnum(end)


def _bus_key(draws: Draws) -> str:
    """Newer keys carry a signature of their service before the end."""
    if draws.between(0, 1):
        return draws.base64(32)
    return draws.of(_BASE64, 33) + "+ASb" + draws.of(ALNUM, 5) + draws.one("AEIMQUYcgkosw048") + "="


KINDS: tuple[Kind, ...] = (
    Kind(
        "aws-access-key-pair",
        _aws_secret,
        ("AWS_SECRET_ACCESS_KEY",),
        tuple(_with_id(path, text) for path, text in _AWS_TEXTS),
        (CROSSED,),
        decoys=(_aws_sample("wJalrXUtnFEMI/K7MDENG/bPxRfiCY"), _ROLE, _UNDER_AN_ALIAS, _HASH_OF_A_FILE, _REFERRED_KEYS),
    ),
    Kind(
        "aws-session-token",
        _session_token,
        ("AWS_SESSION_TOKEN",),
        tuple(_with_id(path, text.replace("aws_access_key_id = @@id@@\n", ""), "ASIA") for path, text in _SESSION_TEXTS),
        OPEN,
        decoys=(_ROLE, _UNDER_AN_ALIAS),
        start="IQoJ",
    ),
    token("gcp-api-key", lambda draws: "AIza" + draws.urlsafe(35), "GOOGLE_API_KEY GOOGLE_MAPS_KEY GCP_API_KEY YOUTUBE_API_KEY", "AIza",
          samples=("AIzaSyDaGmWKa4JsXZ-" + "HjGw7ISLn_3namBGewQe",)),
    Kind(
        "gcp-service-account",
        lambda draws: der.pem("PRIVATE KEY", der.pkcs8(draws)),
        ("GOOGLE_APPLICATION_CREDENTIALS",),
        (_service_account,),
        decoys=(_PUBLIC_ACCOUNT, _FEDERATED_ACCOUNT, _PUBLISHED_KEY),
    ),
    token("google-oauth-client-secret", lambda draws: "GOCSPX-" + draws.urlsafe(28), "GOOGLE_CLIENT_SECRET GOOGLE_OAUTH_SECRET", "GOCSPX-"),
    token("google-oauth-refresh-token", lambda draws: f"1//0{draws.of(ALNUM[:36], 1)}" + draws.urlsafe(98), "GOOGLE_REFRESH_TOKEN GMAIL_REFRESH_TOKEN", "1//0", OPEN),
    token("google-oauth-access-token", lambda draws: "ya29.a0" + draws.urlsafe(draws.between(140, 210)), "GOOGLE_ACCESS_TOKEN GCLOUD_TOKEN", "ya29.", OPEN),
    named("azure-storage-key", lambda draws: draws.base64(64), "AZURE_STORAGE_KEY AZURE_STORAGE_ACCOUNT_KEY STORAGE_ACCOUNT_KEY AZURE_STORAGE_ACCESS_KEY", samples=(_AZURITE,)),
    Kind("azure-storage-connection-string", lambda draws: draws.base64(64), ("AZURE_STORAGE_CONNECTION_STRING", "AZURE_WEB_JOBS_STORAGE", "STORAGE_CONNECTION"), _strings(_STORAGE_STRINGS), (CROSSED, FIXED[0]), (_AZURITE,),
         (_BY_IDENTITY, _in_a_string("a placeholder", "<account-key>"), _in_a_string("a reference", "${STORAGE_KEY}"))),
    Kind("azure-sas-url", _signed, ("SAS_URL", "AZURE_SAS_URL", "UPLOAD_URL", "AZURE_STORAGE_SAS_TOKEN"), _strings(_SAS_ADDRESSES), (CROSSED, FIXED[0]), decoys=(_SIGNED_BY_OTHERS, _UNSIGNED)),
    token("azure-ad-client-secret", lambda draws: draws.alnum(3) + draws.digits(1) + "Q~" + draws.of(ALNUM + "_-.~", 33) + draws.alnum(1), "AZURE_CLIENT_SECRET ARM_CLIENT_SECRET AAD_CLIENT_SECRET", "", FIXED[:2] + (CROSSED,)),
    named("azure-devops-pat", lambda draws: draws.of("abcdefghijklmnopqrstuvwxyz234567", 52), "AZURE_DEVOPS_PAT AZURE_DEVOPS_EXT_PAT VSTS_TOKEN"),
    token("azure-devops-pat-with-signature", lambda draws: draws.alnum(52) + "JQQJ99B" + draws.upper(17) + "AZDO" + draws.alnum(4), "AZURE_DEVOPS_PAT SYSTEM_ACCESSTOKEN ADO_TOKEN", "", FIXED[:2] + (CROSSED,)),
    Kind("azure-event-hub-connection-string", _bus_key, ("EVENT_HUB_CONNECTION_STRING", "SERVICE_BUS_CONNECTION", "AZURE_EVENTHUB"), _strings(_BUS_STRINGS), (CROSSED, FIXED[0])),
    Kind("azure-cosmos-connection-string", lambda draws: draws.base64(64), ("COSMOS_CONNECTION_STRING", "COSMOSDB", "COSMOS_DB"), _strings(_COSMOS_STRINGS), (CROSSED, FIXED[0]), (_COSMOS_EMULATOR,)),
    Kind("azure-iot-hub-connection-string", lambda draws: draws.base64(32), ("IOTHUB_CONNECTION_STRING", "DEVICE_CONNECTION"), _strings(_HUB_STRINGS), (CROSSED, FIXED[0])),
    token("azure-container-registry-password", lambda draws: draws.of(_BASE64, 42) + "+ACR" + draws.of(BASE32[:26] + LOWER, 6), "ACR_PASSWORD REGISTRY_PASSWORD AZURE_REGISTRY_PASSWORD", "", FIXED[:2] + (CROSSED,)),
    Kind("alibaba-access-key-pair", lambda draws: draws.alnum(30), ("ALICLOUD_SECRET_KEY",), tuple(_alibaba(path, text) for path, text in (*_pair("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY"), *_pair("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"))), (CROSSED,), decoys=(_UNDER_AN_ALIAS, _HASH_OF_A_FILE)),
    Kind("tencent-secret-pair", lambda draws: draws.alnum(32), ("TENCENTCLOUD_SECRET_KEY",), tuple(_tencent(path, text) for path, text in _pair("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")), (CROSSED,), decoys=(_UNDER_AN_ALIAS, _HASH_OF_A_FILE)),
    named("ibm-cloud-api-key", lambda draws: draws.urlsafe(44), "IBM_CLOUD_API_KEY IBMCLOUD_API_KEY IBM_API_KEY"),
    token("yandex-cloud-api-key", lambda draws: "AQVN" + draws.urlsafe(36), "YANDEX_API_KEY YC_API_KEY YANDEX_CLOUD_KEY", "AQVN"),
    token("yandex-cloud-iam-token", lambda draws: "t1." + draws.urlsafe(draws.between(60, 190)) + "." + draws.urlsafe(86), "YC_TOKEN YANDEX_IAM_TOKEN", "t1.", OPEN),
    token("yandex-cloud-storage-secret", lambda draws: "YC" + draws.urlsafe(38), "YANDEX_STORAGE_SECRET YC_STORAGE_SECRET_KEY", "YC", FIXED[:2] + (CROSSED,), places=ASSIGNED),
    token("digitalocean-token", lambda draws: f"do{draws.one('por')}_v1_" + draws.hex(64), "DIGITALOCEAN_TOKEN DO_TOKEN DIGITALOCEAN_ACCESS_TOKEN", "dop_v1_"),
    named("linode-token", lambda draws: draws.hex(64), "LINODE_TOKEN LINODE_API_TOKEN LINODE_CLI_TOKEN"),
    token("heroku-api-key", lambda draws: "HRKU-AA" + draws.urlsafe(58), "HEROKU_API_KEY HEROKU_TOKEN", "HRKU-"),
    named("heroku-legacy-api-key", Draws.uuid, "HEROKU_API_KEY HEROKU_KEY", (CROSSED,)),
    token("fly-io-token", lambda draws: "FlyV1 fm2_" + draws.of(_BASE64, draws.between(400, 700)), "FLY_API_TOKEN FLY_ACCESS_TOKEN", "fm2_", OPEN),
)  # fmt: skip
