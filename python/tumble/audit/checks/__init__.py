"""The checks, one per file; `tumble.audit.registry` lists them."""
