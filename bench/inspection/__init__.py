"""Inspection of stored records: verification, description, and export to other formats."""
