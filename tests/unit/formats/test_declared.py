from careen.formats.declared import declared


def test_each_once_and_declared():
    found = list(declared("yarn", "npm", [("a", "1"), ("b", "2"), ("a", "1"), ("a", "3")]))
    assert [(one.name, one.version) for one in found] == [("a", "1"), ("b", "2"), ("a", "3")]
    assert {(one.type, one.cataloger, one.presence) for one in found} == {("npm", "yarn", "declared")}


def test_what_is_no_name_is_left_out_and_what_is_no_version_empty():
    found = list(
        declared(
            "yarn", "npm", [("", "1"), (None, "1"), ("a b", "1"), ("\x1b[0m", "1"), ("x" * 301, "1"), ("a", 1), ("b", "1 2")]
        )
    )
    assert [(one.name, one.version) for one in found] == [("a", ""), ("b", "")]
