"""Match: an inventory and a database of advisories come in, findings and what could not be judged go out."""
