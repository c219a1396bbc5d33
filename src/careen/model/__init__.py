"""The nouns: frozen data that every stage passes on, without input or output of their own."""
