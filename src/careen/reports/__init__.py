"""Output formats: a report comes in, text goes out."""
