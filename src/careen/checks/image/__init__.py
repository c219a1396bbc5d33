"""The configuration and root file system of an image: checks get an ImageDocument (``formats.images.image_document``).

IMG-004 and IMG-005, secrets in the configuration and in files, are findings of kind ``secret``; IMG-027 to IMG-029 (no
advisories, no signature, a tag that moves) are told by the coverage, the registry and the reference.
"""
