import pytest
from tests.support.forges import answered
from tests.support.servers import Answer, Server

from careen.ci.forge import PAGE, Api, Comment, quoted
from careen.errors import CredentialsError, InputError, NetworkError, UsageError


@pytest.mark.parametrize(
    ("status", "kind"), [(401, CredentialsError), (403, CredentialsError), (422, InputError), (500, NetworkError)]
)
def test_a_refusal_names_request_and_reason_and_no_token(status, kind):
    refusal = answered(status, {"message": "not\x1b[31m ::error::so"})
    with Server(lambda request: refusal) as server, pytest.raises(kind) as caught:
        Api(server.url, {"Authorization": "Bearer secret-word"}).ask("POST", "/x?y=1", {})
    assert str(caught.value) == f"POST /x gives HTTP {status}: not\\x1b[31m \\::error::so"
    assert "secret-word" not in f"{caught.value}{caught.value.hint}"


def test_a_status_that_is_an_answer():
    with Server(lambda request: answered(404)) as server:
        assert Api(server.url, {}).ask("GET", "/x", allowed=(404,))[0] == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"id": "x"}'])
def test_another_answer_than_documented(body):
    with Server(lambda request: Answer(200, body)) as server, pytest.raises(InputError, match="documented"):
        Api(server.url, {}).get("/x", Comment)


def test_all_pages_are_read():
    def respond(request):
        page = int(request.path.rpartition("=")[2])
        return answered(200, list(range(PAGE)) if page < 3 else [7])

    with Server(respond) as server:
        assert len(list(Api(server.url, {}).pages("/x", int))) == 2 * PAGE + 1


def test_a_list_without_end_ends():
    with Server(lambda request: answered(200, list(range(PAGE)))) as server:
        assert len(list(Api(server.url, {}).pages("/x", int))) == 3000


@pytest.mark.parametrize("text", ["", ".", "..", "a/../../user"])
def test_a_name_leads_nowhere_else(text):
    with pytest.raises(UsageError, match="not a name"):
        quoted(text, safe="/")


def test_marks_of_an_address_are_quoted():
    assert quoted("a/b?c#d e\n", safe="/") == "a/b%3Fc%23d%20e%0A"
    assert quoted("a/b") == "a%2Fb"


def test_no_address():
    with pytest.raises(UsageError, match="address"):
        Api("", {})
