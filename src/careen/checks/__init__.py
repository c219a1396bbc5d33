"""Judge what was written: a document of one kind comes in, places at fault go out. One check a file."""
