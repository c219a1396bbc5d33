"""Passwords: in addresses, in connection strings, and in key position of settings."""

import base64

from ..draws import ALNUM, Draws
from ..kind import Decoy, Kind
from ..places import ASSIGNED, places, with_strings
from . import der
from .making import CROSSED, SHORT, placed

_NO_PASSWORDS = (
    ("a placeholder", "<password>"), ("a placeholder", "password"), ("a placeholder", "changeme"), ("a placeholder", "****"),
    ("a placeholder", "xxxxxxxx"), ("a placeholder", "[PASSWORD]"), ("a reference", "${DB_PASSWORD}"),
    ("a reference", "$DB_PASSWORD"), ("a reference", "{password}"), ("a reference", "%s"), ("a reference", "{{ db_password }}"),
    ("a reference", "${env.DB_PASS:-}"), ("a reference", "#{ENV['DB_PASS']}"), ("no password", ""),
)  # fmt: skip


def strong(draws: Draws) -> str:
    """Without characters that an address would have to escape."""
    return draws.filled("{alnum11-19}{digits1}{capital1}{small1}")


def _address(name: str, names: str, *strings: str, decoys: str = "addresses") -> Kind:
    kind = placed(name, strong, names, with_strings("addresses", *strings), (), decoys=decoys)
    return kind._replace(decoys=(*kind.decoys, *(_without_password(kind, why, value) for why, value in _NO_PASSWORDS)))


def _without_password(kind: Kind, why: str, value: str) -> Decoy:
    """The same address, with something in the place of the password that is none."""
    return Decoy(why, lambda draws: draws.one(kind.places)(draws, draws.one(kind.names), value))


def _client_key(draws: Draws) -> str:
    return base64.b64encode(der.pem("EC PRIVATE KEY", der.ec(draws)).encode()).decode()


def _htpasswd(draws: Draws) -> str:
    letters = ALNUM + "./"
    blowfish = f"$2y$10${draws.of(letters, 53)}"
    return draws.one((blowfish, f"$apr1${draws.of(letters, 8)}${draws.of(letters, 22)}"))


def _encoded(draws: Draws) -> str:
    return base64.b64encode(draws.password().encode()).decode()


def _any_key(draws: Draws) -> str:
    return draws.filled(draws.one(("{hex32}", "{alnum32}", "{radix44}", "{alnum24}_{alnum8}", "{urlsafe40}")))


_API_KEYS = (
    "API_KEY SECRET_KEY AUTH_TOKEN CLIENT_SECRET ACCESS_TOKEN APP_SECRET ENCRYPTION_KEY SIGNING_SECRET SESSION_SECRET"
    " INTERNAL_API_TOKEN JWT_SECRET COOKIE_SECRET"
)

KINDS: tuple[Kind, ...] = (
    _address(
        "basic-auth-url",
        "SERVICE_URL UPSTREAM PROXY_URL ELASTIC_URL",
        "https://@@user@@:@@value@@@@@host@@/@@word@@/",
        "https://@@user@@:@@value@@@@@host@@:@@port@@/api/v2",
        "http://@@user@@:@@value@@@@@host@@/feed.xml",
    ),
    _address(
        "other-protocol-url",
        "TRANSFER_URL DIRECTORY_URL MAILER_DSN",
        "ftp://@@user@@:@@value@@@@@host@@/incoming",
        "sftp://@@user@@:@@value@@@@@host@@:22/drop",
        "ldap://@@user@@:@@value@@@@@host@@:389",
        "smtp://@@user@@:@@value@@@@@host@@:587",
    ),
    _address(
        "postgres-url",
        "DATABASE_URL POSTGRES_URL DB_URL",
        "postgres://@@user@@:@@value@@@@@host@@:5432/@@word@@",
        "postgresql://@@user@@:@@value@@@@@host@@/@@word@@?sslmode=require",
        "postgresql+psycopg2://@@user@@:@@value@@@@@host@@/@@word@@",
    ),
    _address(
        "mysql-url",
        "DATABASE_URL MYSQL_URL DB_DSN",
        "mysql://@@user@@:@@value@@@@@host@@:3306/@@word@@",
        "mysql+pymysql://@@user@@:@@value@@@@@host@@/@@word@@?charset=utf8mb4",
        "@@user@@:@@value@@@tcp(@@host@@:3306)/@@word@@?parseTime=true",
    ),
    _address(
        "mongodb-url",
        "MONGO_URL MONGODB_URI MONGO_URI",
        "mongodb://@@user@@:@@value@@@@@host@@:27017/@@word@@?authSource=admin",
        "mongodb+srv://@@user@@:@@value@@@@@host@@/@@word@@?retryWrites=true&w=majority",
        "mongodb://@@user@@:@@value@@@@@host@@:27017,@@host2@@:27017/@@word@@",
    ),
    _address(
        "redis-url",
        "REDIS_URL CACHE_URL CELERY_BROKER",
        "redis://:@@value@@@@@host@@:6379/0",
        "rediss://default:@@value@@@@@host@@:6380",
        "redis://@@user@@:@@value@@@@@host@@:6379/2",
    ),
    _address(
        "amqp-url",
        "AMQP_URL RABBITMQ_URL CLOUDAMQP_URL",
        "amqp://@@user@@:@@value@@@@@host@@:5672/@@word@@",
        "amqps://@@user@@:@@value@@@@@host@@/@@word@@",
    ),
    _address(
        "jdbc-url-with-query",
        "JDBC_URL SPRING_DATASOURCE_URL DB_JDBC",
        "jdbc:postgresql://@@host@@:5432/@@word@@?user=@@user@@&password=@@value@@",
        "jdbc:mysql://@@host@@:3306/@@word@@?user=@@user@@&password=@@value@@&useSSL=true",
        "jdbc:mariadb://@@host@@/@@word@@?user=@@user@@&password=@@value@@",
        decoys="datasources",
    ),
    _address(
        "jdbc-url-with-properties",
        "JDBC_URL SPRING_DATASOURCE_URL DB_JDBC",
        "jdbc:sqlserver://@@host@@:1433;databaseName=@@word@@;user=@@user@@;password=@@value@@;encrypt=true",
        "jdbc:sqlserver://@@host@@;database=@@word@@;user=@@user@@;password=@@value@@",
        "jdbc:jtds:sqlserver://@@host@@:1433/@@word@@;user=@@user@@;password=@@value@@",
        "jdbc:db2://@@host@@:50000/@@word@@:user=@@user@@;password=@@value@@;",
        decoys="datasources",
    ),
    _address(
        "jdbc-url-of-oracle",
        "JDBC_URL ORACLE_URL DB_JDBC",
        "jdbc:oracle:thin:@@user@@/@@value@@@@@host@@:1521:@@word@@",
        "jdbc:oracle:thin:@@user@@/@@value@@@//@@host@@:1521/@@word@@",
        decoys="datasources",
    ),
    _address(
        "odbc-connection-string",
        "ODBC_CONNECTION SQL_CONNECTION ODBC_DSN",
        "Driver={ODBC Driver 18 for SQL Server};Server=tcp:@@host@@,1433;Database=@@word@@;Uid=@@user@@;Pwd=@@value@@",
        "DRIVER={PostgreSQL Unicode};SERVER=@@host@@;PORT=5432;DATABASE=@@word@@;UID=@@user@@;PWD=@@value@@",
        "DSN=@@word@@;UID=@@user@@;PWD=@@value@@",
        decoys="datasources",
    ),
    _address(
        "ado-connection-string",
        "DEFAULT_CONNECTION SQL_CONNECTION MAIN_DB",
        "Server=@@host@@,1433;Database=@@word@@;User Id=@@user@@;Password=@@value@@;TrustServerCertificate=True;",
        "Data Source=@@host@@;Initial Catalog=@@word@@;User ID=@@user@@;Password=@@value@@;MultipleActiveResultSets=true",
        "Host=@@host@@;Port=5432;Username=@@user@@;Password=@@value@@;Database=@@word@@",
        decoys="datasources",
    ),
    placed(
        "datasource-password",
        strong,
        "DATASOURCE_PASSWORD",
        places("datasources"),
        decoys="datasources passwords",
        by_name_only=True,
    ),
    placed(
        "quoted-password",
        Draws.password,
        "DB_PASSWORD ADMIN_PASSWORD SMTP_PASSWORD",
        places("passwords-quoted"),
        decoys="passwords",
        by_name_only=True,
    ),
    placed(
        "bare-password",
        Draws.password,
        "DB_PASSWORD ADMIN_PASSWORD SMTP_PASSWORD",
        places("passwords-bare"),
        decoys="passwords",
        by_name_only=True,
    ),
    placed(
        "password-of-a-command",
        strong,
        "PASSWORD",
        places("password-commands"),
        decoys="commands",
        by_name_only=True,
    ),
    placed("generic-api-key", _any_key, _API_KEYS, ASSIGNED, decoys="passwords", by_name_only=True),
    placed(
        "kubeconfig-token",
        lambda draws: draws.filled(draws.one(("{alnum32-64}", "{lower6}.{lower16}"))),
        "KUBE_TOKEN",
        places("kubeconfig-token"),
        decoys="kubeconfig",
    ),
    placed("kubeconfig-client-key", _client_key, "KUBE_KEY", places("kubeconfig-key"), (), decoys="kubeconfig"),
    placed(
        "kubernetes-secret-data",
        _encoded,
        "PASSWORD DB_PASSWORD API_TOKEN",
        places("kubernetes-data"),
        (),
        decoys="kubernetes",
    ),
    placed("netrc-password", strong, "NETRC_PASSWORD", places("netrc"), decoys="netrc"),
    placed("pgpass-password", strong, "PGPASSWORD", places("pgpass"), decoys="netrc"),
    placed("maven-server-password", strong, "MAVEN_PASSWORD", places("maven-servers"), decoys="passwords"),
    placed("htpasswd-entry", _htpasswd, "HTPASSWD", places("htpasswd"), (SHORT, CROSSED), decoys="htpasswd"),
    placed("ansible-password", strong, "ANSIBLE_BECOME_PASS", places("ansible"), decoys="ansible"),
)
