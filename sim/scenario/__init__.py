"""The scenario language: its schema, its YAML, layers, messages, reference and template."""
