"""The language server: what Careen says about the files that an editor has open, and edits that remove it."""
