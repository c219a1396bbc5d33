"""JavaScript, as written or minified: the parts that a minifier must keep, found with a lexer for regular expressions."""
