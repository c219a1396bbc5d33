from tests.support.forge_world import world


def test_notes_of_the_system_are_no_comments():
    with world("gitlab") as (memory, client, _):
        memory.comment("somebody", "text")
        assert [comment.body for comment in client.comments(3)] == ["text"]


def test_a_path_is_one_name():
    with world("gitlab") as (_, client, server):
        assert client.text("a b/Dockerfile", "main").startswith(b"FROM")
        assert client.text("missing", "main") is None
    assert "/repository/files/a%20b%2FDockerfile/raw?ref=main" in server.paths()[0]


def test_a_branch_that_is_not_there():
    with world("gitlab") as (memory, client, _):
        assert client.head("main") == memory.branches["main"]
        assert client.head("a/b") is None
