"""The language server: reports findings in the files that an editor has open, and offers edits that remove them."""
