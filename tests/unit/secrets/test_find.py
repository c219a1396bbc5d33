"""The place and text of a found secret, and values that are not secrets."""

import pytest

from careen.model.finding import ExposedSecret
from careen.model.inventory import Unknown
from careen.secrets.find import CONTEXT, MAX_SECRETS, WINDOW, Search, find
from careen.secrets.keywords import Keywords
from careen.secrets.ruleset import REACH, load, pattern
from tests.support.secrets import filled
from tests.support.work import ends

NPM = filled("npm_{alnum36}")
AWS = filled("AKIA{base32_16}")


def ids(text: str, path: str = "srv/app/config.txt") -> list[str]:
    return [one.id for one in find(text.encode(), path)]


def test_a_result_has_line_kind_and_prefix():
    [secret] = find(f"a\r\nb\r\ntoken = {NPM}\r\n".encode(), "srv/x")
    assert (secret.id, secret.severity) == ("npm-access-token", "critical")
    assert (secret.location.path, secret.location.line, secret.location.end_line) == ("srv/x", 3, 3)
    assert secret.match == "npm_…(redacted)"


def test_a_name_in_an_assignment_is_shown_without_its_value():
    [secret] = find(filled('datadog_token = "{lower40}"').encode(), "srv/x")
    assert secret.match == 'datadog_token = "…(redacted)'


def test_a_key_is_the_whole_block():
    body = filled("{b64_64}\n{b64_64}")
    [secret] = find(f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n".encode(), "srv/x")
    assert (secret.location.line, secret.location.end_line) == (1, 4)


def test_the_fingerprint_is_of_value_and_path():
    first, again = (find(text.encode(), "srv/x")[0] for text in (NPM, f"\n\n# moved\n{NPM}"))
    other = find(NPM.encode(), "srv/y")[0]
    rotated = find(filled("npm_{alnum36}", 2).encode(), "srv/x")[0]
    assert first.fingerprint == again.fingerprint
    assert len({first.fingerprint, other.fingerprint, rotated.fingerprint}) == 3


def test_the_fingerprint_of_a_short_password_does_not_reveal_it():
    one, two = (find(f"DB_PASSWORD={word}\n".encode(), "app/.env")[0] for word in ("tRombone7", "fLugel4horn"))
    assert one.fingerprint == two.fingerprint


def test_a_text_is_the_same_in_one_piece_and_in_many():
    filler = b"nothing of interest on this line, number %d\n"
    text = b"".join(filler % number for number in range(12_000))
    at = [WINDOW - REACH - CONTEXT - 7, WINDOW - 20, WINDOW + 5, 2 * WINDOW, len(text) - 50]
    for place, seed in zip(reversed(at), range(5), strict=True):
        text = text[:place] + b" " + filled("npm_{alnum36}", seed).encode() + b" " + text[place:]
    whole = find(text, "srv/x")
    assert len(whole) == 5
    for size in (100, 4096, 65_536, WINDOW, 300_001):
        search = Search("srv/x")
        for start in range(0, len(text), size):
            search.feed(text[start : start + size])
        assert tuple(search.facts()) == whole
    lines = text.decode().split("\n")
    assert all("npm_" in lines[(one.location.line or 0) - 1] for one in whole)


def test_a_password_before_a_host_is_found_once():
    assert ids(f"https://x-access-token:{filled('ghp_{alnum36}')}@git.internal/a.git") == ["github-personal-access-token"]


@pytest.mark.parametrize(
    "text",
    [
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "npm_" + "x" * 36,
        "password: ${DB_PASSWORD}",
        "postgres://user:password@localhost/app",
        "algolia_key = 11111111111111111111111111111111",
        "integrity: sha512-" + filled("{b64_86}") + "==",
    ],
)
def test_placeholders_and_hashes_are_not_secrets(text):
    assert ids(text) == []


@pytest.mark.parametrize(
    "path", ["app/.env.example", "srv/examples/a.txt", "etc/app-sample.yml", "sample.env", "a/sample/b/c", "example_config.yml"]
)
def test_templates_have_no_secrets(path):
    assert ids(AWS, path) == []


@pytest.mark.parametrize(
    "path",
    ["srv/exampled/a.txt", "app/sample-shop/.env", "var/www/example.com/.env", "example-app/config.yml", "a/my.sample/b"],
)
def test_an_application_that_is_named_a_sample_is_no_template(path):
    assert ids(AWS, path) == ["aws-access-key-id"]


def test_minified_code_has_tokens_and_no_assignments():
    near = filled('x="",algolia:"{lower32}";')
    padding = "function(e,t){return e+t};" * 100
    assert ids(padding + near + padding, "app/bundle.js") == []
    assert ids(near, "app/bundle.js") == ["algolia-api-key"]
    assert ids(f"{padding}return{NPM!r}{padding}", "app/bundle.js") == ["npm-access-token"]


def test_bytes_that_are_not_text_do_no_harm():
    assert [one.id for one in find(b"\xff\xfe\x80 " + NPM.encode() + b"\xc3", "srv/x")] == ["npm-access-token"]


def test_too_many_secrets_are_an_unknown():
    text = "\n".join(filled("npm_{alnum36}", seed) for seed in range(MAX_SECRETS + 50))
    search = Search("srv/x")
    search.feed(text.encode())
    *found, last = search.facts()
    assert len(found) == MAX_SECRETS
    assert all(isinstance(one, ExposedSecret) for one in found)
    assert isinstance(last, Unknown)


def test_text_that_looks_like_secrets_everywhere_is_given_up(monkeypatch):
    """Each of these is a candidate for a rule of its own, and none of them a secret."""
    monkeypatch.setattr("careen.secrets.find.MAX_TRIED", 500)
    names = sorted({rule.near[0] for rule in load() if rule.near and rule.near[0].isalpha()})
    block = "".join(f"{name}_token={'ab1' * 30}\n" for name in names).encode()
    search = Search("srv/x")
    with ends():
        for _ in range((2 << 20) // len(block)):
            search.feed(block)
        facts = list(search.facts())
    assert all(isinstance(fact, Unknown) for fact in facts)


def test_the_keyword_filter_reads_a_text_of_keywords_once_for_each_rule(monkeypatch):
    rules = load()
    words = " ".join(sorted({word for rule in rules for word in rule.keywords}))
    text = (words + " 0123456789abcdef0123456789abcdef \n").encode() * 30
    read = []

    class Counted:
        def __init__(self, rule):
            self.of = pattern(rule)

        def finditer(self, text, start, end):
            read.append(end - start)
            return self.of.finditer(text, start, end)

        def match(self, text, start, end):
            read.append(1)
            return self.of.match(text, start, end)

    monkeypatch.setattr("careen.secrets.ruleset.pattern", Counted)
    Keywords(rules).candidates(text, "srv/x")
    assert sum(read) < 2 * len(rules) * len(text)


@pytest.mark.parametrize("padding", [0, 20_000])
def test_the_keyword_filter_finds_the_same(padding):
    text = "line without interest\n" * padding + f"key = {AWS}\n" + filled("algolia_key: '{lower32}'\n") + f"a\n{NPM}\n"
    plain = find(text.encode(), "srv/x", Keywords(load()))
    assert plain == find(text.encode(), "srv/x")
    assert len(plain) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("const stripeSecret: string = 'kJ7x2Qp9vLm4Zt8Rb3Nw6Y';", ["assigned-credential"]),
        ('ENV BILLING_API_KEY="kJ7x2Qp9vLm4Zt8Rb3Nw6Y"', ["assigned-credential"]),
        ('System.setProperty("billing.token", "kJ7x2Qp9vLm4Zt8Rb3Nw6Y");', ["assigned-credential"]),
        ("<authToken>\n  kJ7x2Qp9vLm4Zt8Rb3Nw6Y\n</authToken>", ["assigned-credential"]),
        ("public_token = 'kJ7x2Qp9vLm4Zt8Rb3Nw6Y'", []),
        ("token_id = 'kJ7x2Qp9vLm4Zt8Rb3Nw6Y'", []),
        ("secret = 'prod/billing2/database-password'", []),
        ("secret = derive_key_from_passphrase2(text)", []),
        # A rule that needs more than a name takes precedence.
        ("SECRET_KEY = 'kJ7x2Qp9vLm4Zt8Rb3Nw6YkJ7x2Qp9vLm4Zt8Rb3Nw6Y'", ["django-secret-key"]),
    ],
)
def test_random_values_of_names_that_suggest_secrets(text, found):
    assert [one.id for one in find(text.encode(), "srv/app/x.txt")] == found


MAVEN = b"""<settings><servers><!-- the default file
<server><id>deploymentRepo</id><username>repouser</username><password>repopwd</password></server>
<server><id>siteServer</id><passphrase>optional; leave empty if not used.</passphrase></server>
<proxy><username>proxyuser</username><password>proxypass</password></proxy>
--></servers></settings>"""


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (MAVEN, "usr/share/maven/conf/settings.xml"),
        (b"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n", "root/.aws/credentials"),
        (b"DISCORD_TOKEN=MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs\n", "srv/.env"),
        (b"Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n", "srv/a.http"),
    ],
)
def test_samples_of_the_documentation_are_no_secrets(text, path):
    assert find(text, path) == ()


def test_a_secret_beside_its_id_is_confirmed():
    id, secret = filled("AKIA{base32_16}"), filled("{b64_40}")
    alone = find(f"aws_secret_access_key = {secret}\n".encode(), "root/a")
    beside = find(f"aws_access_key_id = {id}\naws_secret_access_key = {secret}\n".encode(), "root/a")
    assert [(one.id, one.confidence) for one in alone] == [("aws-secret-access-key", "likely")]
    assert ("aws-secret-access-key", "confirmed") in [(one.id, one.confidence) for one in beside]
    assert ("aws-access-key-id", "possible") in [(one.id, one.confidence) for one in beside]


@pytest.mark.parametrize(
    ("name", "confidence"),
    [("datadog_api_key", "likely"), ("datadog_trace_id", "possible"), ("datadog", "possible"), ("DATADOG_GPG_KEY", "possible")],
)
def test_a_name_that_says_something_else_is_only_possible(name, confidence):
    (secret,) = find(f"{name}={filled('{hex32}')}\n".encode(), "srv/a")
    assert secret.confidence == confidence


def test_an_assignment_that_documentation_shows_as_an_example_is_only_possible():
    salt = filled("define( 'AUTH_KEY',         '{alnum64}' );")

    def confidence(*lines):
        (found,) = find("\n".join(lines).encode(), "srv/pluggable.php")
        return found.confidence

    assert confidence("/**", " * Below is an example of the keys.", " *", f" *     {salt}", " */") == "possible"
    assert confidence("/**", " * The keys of this site.", " *", f" *     {salt}", " */") == "likely"
    assert confidence("/* an example */", salt) == "likely"
    assert confidence(salt) == "likely"


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ('#!define DBURL "mysql://kamailio:kamailiorw@localhost/kamailio"', "possible"),
        ('"Default": "Host=localhost;Database=shop;Username=shopper;Password=shopper"', "possible"),
        ("mysql://kamailio:kamailiorw@db.acme.internal/kamailio", "likely"),
        ("mysql://kamailio:tRombone7@localhost/kamailio", "likely"),
        ("mysql://kamailio:kamailio7x9@localhost/kamailio", "likely"),
        ("mysql://kamailio:kamailiorw@localhost.acme.internal/kamailio", "likely"),
    ],
)
def test_a_password_made_of_its_user_for_this_machine_is_only_possible(text, confidence):
    (secret,) = find(text.encode(), "srv/app/settings.json")
    assert secret.confidence == confidence


def test_a_password_explained_in_a_comment_is_only_possible():
    def confidence(text):
        (found,) = find(text, "app/a.rb")
        return found.confidence

    address = b'URI("http://john:S3nsit1ve@my.example.com/")'
    assert confidence(b"  #   uri = " + address) == "possible"
    assert confidence(b"// " + address) == "possible"
    assert confidence(b"#   connect = host=sql.example.com dbname=a user=a password=hunter2x1") == "possible"
    assert confidence(b"connect = host=sql.example.com dbname=a user=a password=hunter2x1") == "likely"
    assert confidence(b"uri = " + address) == "likely"
    assert confidence(b"# " + address.replace(b"example.com", b"example.com.internal")) == "likely"
    assert confidence(b"# " + address.replace(b"my.example.com", b"git.internal")) == "likely"


def test_parameters_of_a_function_are_no_connection_string():
    assert not find(b"def a(host=None, user=None, password=None)", "app/a.py")
    assert not find(b"connect(host=host, port=port, password=pw1234)", "app/a.py")
    assert not find(b"user=nil password=nil", "app/a.rb")
    assert find(b'dsn = "host=a,b user=u password=hunter2x1"', "app/a.py")


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("opt/deploy/.vault_pass", "q4sGx9Vt2mLkZ8pRw3Hb", ["credential-file"]),
        ("run/secrets/db_password", "hunter2trombone7\n", ["credential-file"]),
        ("run/secrets/pipedrive_api_token", filled("{hex40}"), ["pipedrive-api-token"]),
        ("run/secrets/db_password", "changeme1\n", []),
        ("run/secrets/db_password", "correct horse battery staple 1", []),
        ("app/config/credentials.yml.enc", filled("{b64_64}--{b64_16}--{b64_22}=="), []),
        ("etc/app/token.sha256", filled("{hex64}"), []),
        ("etc/machine-id", filled("{hex32}"), []),
        ("app/password.txt", "app/config/passwords.yml", []),
    ],
)
def test_a_file_of_one_word_is_the_value_of_its_name(path, value, found):
    assert ids(value, path) == found


def test_the_value_of_another_issuer_is_possible():
    [secret] = find(filled("{hex36}").encode(), "run/secrets/datadog_api_key")
    assert (secret.id, secret.confidence) == ("credential-file", "possible")


def test_a_rule_for_a_file_comes_before_a_name():
    [secret] = find(b"wpa_passphrase=fVSdjdxFGndGXdGY65h\n", "etc/hostapd/hostapd.conf")
    assert (secret.id, secret.confidence, secret.location.line) == ("wireless-password", "likely", 1)
