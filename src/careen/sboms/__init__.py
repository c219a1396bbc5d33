"""SBOM formats: the bytes of a document come in, an inventory and the document's subject go out."""
