"""Misconfigurations of documents: a document of one kind comes in, the places where it is wrong go out."""
