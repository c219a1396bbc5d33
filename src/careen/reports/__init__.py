"""Tell: a Report comes in, text goes out."""
