"""The language server: what Careen reports about the files that an editor has open, and edits that remove it."""
