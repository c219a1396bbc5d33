"""One comment in a request, whatever happens between two runs."""

import pytest
from tests.support.forge_world import SERVICES, world

from careen.ci.comments import MAX_CHARACTERS, put_comment


@pytest.fixture(params=SERVICES)
def forge(request):
    with world(request.param) as (memory, client, server):
        yield memory, client, server


def bodies(memory):
    return [body.partition("\n")[2] for _, body in memory.comments.values()]


def test_it_is_written_once_and_changed_later(forge):
    memory, client, server = forge
    assert put_comment(client, 3, "image", "one\n")
    assert not put_comment(client, 3, "image", "two\n")
    assert bodies(memory) == ["two\n"]
    asked = len(server.requests)
    assert not put_comment(client, 3, "image", "two\n")
    assert {request.method for request in server.requests[asked:]} == {"GET"}


def test_several_scans_have_one_each(forge):
    memory, client, _ = forge
    put_comment(client, 3, "one", "first\n")
    put_comment(client, 3, "two", "second\n")
    put_comment(client, 3, "one", "third\n")
    assert sorted(bodies(memory)) == ["second\n", "third\n"]


def test_a_comment_of_somebody_else_with_our_mark_is_left_alone(forge):
    memory, client, _ = forge
    put_comment(client, 3, "image", "ours\n")
    (number,) = memory.comments
    memory.comments[number] = ("mallory", memory.comments[number][1])
    assert put_comment(client, 3, "image", "again\n")
    assert bodies(memory) == ["ours\n", "again\n"]


def test_it_is_found_behind_many_others(forge):
    memory, client, _ = forge
    for _ in range(250):
        memory.comment("somebody", "text")
    put_comment(client, 3, "image", "one\n")
    assert not put_comment(client, 3, "image", "two\n")
    assert len(memory.comments) == 251


def test_the_name_is_no_part_of_the_text(forge):
    memory, client, _ = forge
    put_comment(client, 3, "--><script>@everyone", "text\n")
    ((_, body),) = memory.comments.values()
    assert "script" not in body and "everyone" not in body


def test_a_report_that_is_too_long_is_left_out(forge):
    memory, client, _ = forge
    put_comment(client, 3, "image", "x" * (MAX_CHARACTERS + 1))
    assert bodies(memory) == ["The report is too long for a comment: the files of the pipeline have it.\n"]
