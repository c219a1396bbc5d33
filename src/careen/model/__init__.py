"""The data types that all stages exchange: frozen data, without input or output of their own."""
