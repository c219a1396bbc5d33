from careen.formats.shell.quoting import unquote


def test_unquote():
    assert unquote("a'b'\"c\\\"$d\"e\\ f$'\\n'") == 'abc"$de f\n'
