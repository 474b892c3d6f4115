"""Checks profiles of hospitals, consortia and regions against the requirements of policy documents."""

__version__ = "0.1.0"
