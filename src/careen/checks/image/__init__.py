"""The configuration and root file system of an image: checks inspect an ImageDocument (``formats.images.image_document``).

IMG-004 and IMG-005, secrets in the configuration and in files, are findings of kind ``secret``; IMG-027 to IMG-029 (no
advisories, no signature, a mutable tag) need the coverage, the registry and the reference.
"""
