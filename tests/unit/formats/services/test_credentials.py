"""Named values that are credentials written out, and those that only look so."""

import pytest
from tests.support.work import ends

from careen.formats.services import credentials


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("DB_PASSWORD", "hunter2"),
            ("dbPassword", "x"),
            ("AWS_SECRET_ACCESS_KEY", "xxx"),
            ("api-key", "k"),
            ("SSH_PRIVATE_KEY", "k"),
        ),
        *(("GITHUB_TOKEN", "t"), ("CLI_KEY_CONTENT", "k"), ("STORAGE_ACCOUNT_KEY", "k"), ("passwd", "p"), ("SENTRY_DSN", "d")),
        *(("PGPASSWORD", "hunter2"), ("requirepass", "hunter2")),
        ("note", "-----BEGIN RSA PRIVATE KEY-----\nx"),
        ("note", "---BEGIN OPENSSH PRIVATE KEY---"),
        ("KAFKA_SSL_KEY_CREDENTIALS", "hunter2"),
        ("DB_PASSWORD", "db-creds"),
        ("DATABASE", "postgres://web:hunter2@db.example/web"),
    ],
)
def test_credentials(name, value):
    assert credentials.is_credential(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("greeting", "hello"),
            ("COMPASS", "north"),
            ("TOKENIZER", "bpe"),
            ("REGISTRY_AUTH_HTPASSWD_REALM", "Registry Realm"),
            ("KEY", "value"),
            ("MONKEY", "x"),
            ("keyboard", "us"),
            ("KAFKA_SSL_KEY_CREDENTIALS", "broker1_key_creds"),
            ("credentials", "gcp-credentials.json"),
        ),
        *(
            ("DB_PASSWORD", ""),
            ("DB_PASSWORD", "${DB_PASSWORD}"),
            ("DB_PASSWORD", "$(DB_PASSWORD)"),
            ("DB_PASSWORD", "$DB_PASSWORD"),
        ),
        *(("DB_PASSWORD", "<password>"), ("DB_PASSWORD", "{{ .Values.password }}"), ("DB_PASSWORD", "/run/secrets/db")),
        *(
            ("PASSWORD_FILE", "x"),
            ("SECRET_NAME", "db"),
            ("TOKEN_TTL", "3600"),
            ("PASSWORD_MIN_LENGTH", "8"),
            ("USE_TOKEN", "true"),
        ),
        *(
            ("TOKEN_URL", "https://idp.example/token"),
            ("DATABASE", "postgres://web:${PASSWORD}@db/web"),
            ("x", "https://a.example/"),
        ),
        ("note", "-----BEGIN CERTIFICATE-----"),
    ],
)
def test_other_values_are_not_credentials(name, value):
    assert not credentials.is_credential(name, value)


def test_lines_of_a_file_that_assign_credentials():
    text = "user=web\n# password\nexport DB_PASSWORD='hunter2'\ntoken: abc,\nsecret: ${SECRET}\npassword=\n"
    assert credentials.assigned(text) == [(2, "DB_PASSWORD"), (3, "token")]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("git clone https://bob:s3cr3t@git.example/x", "git clone https://bob:(redacted)@git.example/x"),
        ("curl -u admin:S3cr3tPass https://a/b", "curl -u admin:(redacted) https://a/b"),
        ('curl -H "Authorization: Bearer abcdef0123456789" a', 'curl -H "Authorization: Bearer (redacted)" a'),
        ("echo //r.example/:_authToken=npm_0123456789abc > x", "echo //r.example/:_authToken=npm_(redacted) > x"),
        ("mysql -uroot -pSuperSecret1 -e x", "mysql -uroot -p(redacted) -e x"),
        ("export PGPASSWORD=hunter2 && psql", "export PGPASSWORD=(redacted) && psql"),
    ],
)
def test_a_line_is_shown_without_its_credentials(line, shown):
    assert credentials.hidden(line) == shown
    assert credentials.hidden(shown) == shown


@pytest.mark.parametrize(
    "line",
    [
        *(
            "docker run -p 80:80 x",
            "apt-get install nginx=1.2",
            "curl -u $USER:$PASS a",
            "http://10.0.0.1:8080/a@b",
            "port 22: SSH",
        ),
        *("TOKEN=$(cat /run/secrets/t) make", "a container reads the token: it must", "TOKEN_URL=https://a.example/t make"),
    ],
)
def test_a_line_without_credentials_is_shown_as_it_is(line):
    assert credentials.hidden(line) == line


@pytest.mark.parametrize(
    "piece",
    ["-u a:", "mysql ", "mysql -p", "Bearer ", " ", "a", "a=", "password=\n", "://", "a://a:", "-----BEGIN ", "export ", "A1"],
)
def test_time_is_linear(piece):
    text = piece * (200_000 // len(piece))
    with ends():
        credentials.assigned(text)
        credentials.hidden(text)
        credentials.is_credential(text, text)
