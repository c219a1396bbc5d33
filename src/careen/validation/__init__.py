"""Whether a document is valid by its specification: SBOMs, VEX and advisory documents, documents of images.

The official schemas decide (``schemas/NOTICE`` states whose they are), and rules of a specification that no schema can state.
"""
