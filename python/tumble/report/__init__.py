"""The report of one or several runs: one HTML page that needs no other file."""

from tumble.report.report import write_report

__all__ = ["write_report"]
