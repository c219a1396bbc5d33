"""Match: an Inventory and a Database come in, findings go out, each with its reason."""
