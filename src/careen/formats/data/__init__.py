"""General data formats: JSON, YAML, XML, SQLite, rule files, Rego."""
