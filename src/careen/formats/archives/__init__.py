"""Archives and compressed streams: tar as engines read it, zip, gzip, zstd."""
