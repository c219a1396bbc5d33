"""Everything about each distribution in one file, ``<id>.toml``; ``id`` is the ID of its os-release.

``profile`` describes the fields; ``registry`` reads the files and finds the profile for a name. No other module names a
distribution, except those that read one distribution's own documents.
"""
