"""The checks, one file each; `tumble.ipi_check.registry` lists them."""
