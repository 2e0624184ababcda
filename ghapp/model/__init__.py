"""OWNERS.yaml: its types, its problems by line, its edits that keep comments."""
