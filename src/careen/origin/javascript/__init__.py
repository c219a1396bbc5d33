"""JavaScript, as written or minified: what a minifier must keep of it, read with a lexer that finds regular expressions."""
