import pytest

from careen.errors import NetworkError
from careen.images.authorization import Authorizer, Challenge, parse_challenges
from careen.images.credentials import Credential, Found, SharedCredential
from tests.support.work import ends


@pytest.mark.parametrize(
    ("header", "challenges"),
    [
        ("", []),
        ("Basic", [Challenge("basic")]),
        ('Basic realm="a, b"', [Challenge("basic", {"realm": "a, b"})]),
        (
            'Bearer realm="https://auth.test/token",service="registry.test",scope="repository:a/b:pull,push"',
            [
                Challenge(
                    "bearer",
                    {"realm": "https://auth.test/token", "service": "registry.test", "scope": "repository:a/b:pull,push"},
                )
            ],
        ),
        (
            "bearer realm=https://auth.test/ , Service = x",
            [Challenge("bearer", {"realm": "https://auth.test/", "service": "x"})],
        ),
        (
            'Basic realm="x", Bearer realm="y",error="insufficient_scope"',
            [Challenge("basic", {"realm": "x"}), Challenge("bearer", {"realm": "y", "error": "insufficient_scope"})],
        ),
        ('Negotiate, Basic realm="a \\"b\\""', [Challenge("negotiate"), Challenge("basic", {"realm": 'a "b"'})]),
        ('Bearer realm="first",realm="second"', [Challenge("bearer", {"realm": "first"})]),
    ],
)
def test_challenges(header, challenges):
    assert list(parse_challenges(header)) == challenges


@pytest.mark.parametrize("part", ["=", ",", '"', " ", " ,", "a=b,", 'a="', "\\", "a ", "a", "a =", "\t,\t"])
@pytest.mark.parametrize("start", ["", "Bearer ", 'Bearer realm="', "a"])
def test_hostile_challenges_end_soon(start, part):
    with ends():
        parse_challenges(start + part * 50_000)


class Answer:
    status, url = 401, ""

    def __init__(self, url, realm):
        self.url, self.headers = url, {"www-authenticate": f'Bearer realm="{realm}"'}


class Service:
    """Gives a token to every client."""

    status, url, headers = 200, "", {}

    def __init__(self):
        self.asked = []

    def request(self, url, *, method="GET", headers=None, body=None):
        self.asked.append((url.partition("?")[0], "Authorization" in (headers or {})))
        return self

    def read(self, size=-1):
        return b'{"token": "t"}'

    def close(self):
        pass


PUBLIC = "https://93.184.216.34/v2/a/manifests/1"
PRIVATE = "http://10.0.0.5:5000/v2/a/manifests/1"
LOCAL = "http://127.0.0.1:5000/v2/a/manifests/1"


@pytest.mark.parametrize("credential", [None, Credential("ann", "s3cret", source="here")])
@pytest.mark.parametrize(
    ("asked", "realm"),
    [
        (PUBLIC, "https://169.254.169.254/token"),
        (PUBLIC, "https://127.0.0.1/token"),
        (PUBLIC, "http://127.0.0.1/token"),
        (PUBLIC, "https://localhost:2375/token"),
        (PUBLIC, "https://10.0.0.5/token"),
        (PUBLIC, "https://[::ffff:10.0.0.5]/token"),
        (PUBLIC, "https://167772165/token"),
        (PUBLIC, "http://93.184.216.35/token"),
        (PRIVATE, "http://127.0.0.1/token"),
        (LOCAL, "http://169.254.169.254/latest/meta-data"),
        (PUBLIC, "http+unix://%2Fvar%2Frun%2Fdocker.sock/"),
        (PUBLIC, "https://ann:s3cret@93.184.216.34/token"),
    ],
)
def test_a_token_service_that_no_redirect_may_lead_to_is_not_asked(asked, realm, credential):
    service = Service()
    authorizer = Authorizer(service, "registry.test", "a", lambda _: Found(credential, ()))
    with pytest.raises(NetworkError):
        authorizer.renew(None, Answer(asked, realm))
    assert service.asked == []


@pytest.mark.parametrize(
    ("asked", "realm"),
    [
        (PUBLIC, "https://93.184.216.35/token"),
        (PRIVATE, "http://10.0.0.5:5001/token"),
        (PRIVATE, "https://93.184.216.34/token"),
        (LOCAL, "http://127.0.0.1:5001/token"),
    ],
)
def test_a_service_elsewhere_gives_tokens(asked, realm):
    service = Service()
    authorizer = Authorizer(service, "registry.test", "a", lambda _: Found(Credential("ann", "s3cret", source="here"), ()))
    assert authorizer.renew(None, Answer(asked, realm))
    assert service.asked == [(realm, True)]


def test_over_plain_http_a_password_goes_to_the_host_of_the_registry_alone():
    service = Service()
    realm = "http://10.0.0.6/token"
    with pytest.raises(NetworkError, match="plain HTTP"):
        Authorizer(service, "r", "a", lambda _: Found(Credential("ann", "s3cret", source="here"), ())).renew(
            None, Answer(PRIVATE, realm)
        )
    assert Authorizer(service, "r", "a", lambda _: Found(None, ())).renew(None, Answer(PRIVATE, realm))
    assert service.asked == [(realm, False)]


class Basic:
    """An answer that asks for a user and a password."""

    status, url = 401, "https://registry.test/v2/a/manifests/1"

    def __init__(self):
        self.headers = {"www-authenticate": 'Basic realm="registry"'}


def helper(number):
    return Credential("AWS", f"password{number}", source="docker-credential-ecr-login")


def test_a_refused_password_of_a_helper_is_looked_up_again():
    given, refused = [helper(1), helper(2), helper(2)], []

    def find(credential):
        refused.append(credential)
        return Found(given.pop(0), ())

    authorizer = Authorizer(Service(), "registry.test", "a", find)
    assert authorizer.renew(None, Basic())
    assert authorizer.header == helper(1).basic
    assert authorizer.renew(helper(1).basic, Basic())
    assert authorizer.header == helper(2).basic
    assert not authorizer.renew(helper(2).basic, Basic())  # the helper has no other one
    assert refused == [None, helper(1), helper(2)]


def test_after_a_403_only_a_helper_is_asked_again():
    given = [helper(1), helper(2)]
    authorizer = Authorizer(Service(), "registry.test", "a", lambda _: Found(given.pop(0), ()))
    assert not authorizer.renew_expired(None)
    authorizer.renew(None, Basic())
    assert authorizer.renew_expired(helper(1).basic)
    assert authorizer.header == helper(2).basic
    own = Authorizer(Service(), "registry.test", "a", lambda _: Found(Credential("ann", "s3cret", source="here"), ()))
    own.renew(None, Basic())
    assert not own.renew_expired(own.header)


def test_shared_credentials_are_looked_up_once_and_again_when_refused():
    given = [helper(1), helper(2)]
    shared = SharedCredential(lambda: Found(given.pop(0), ()))
    assert shared().credential == shared().credential == helper(1)
    assert shared(helper(1)).credential == helper(2)
    assert shared(helper(1)).credential == helper(2)  # another repository has renewed it
