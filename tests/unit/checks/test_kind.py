from careen.checks.kind import Kind, SourceFile, unread


def test_a_file_that_the_user_named_makes_the_check_incomplete():
    assert unread("compose", SourceFile("a", "", named=True), "odd").whole_layer
    found = unread("compose", SourceFile("a", ""), "odd")
    assert (found.whole_layer, found.cataloger, found.evidence.path, found.reason) == (False, "compose", "a", "odd")


def test_the_folders_of_a_kind():
    assert Kind("k", "K", lambda path, text: True, None, (("kubernetes", "K8S"), ("rbac", "RBC"))).folders == (
        "kubernetes",
        "rbac",
    )
