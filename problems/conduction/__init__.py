"""Heated bodies that are cooled through their boundary: their solver, their problem and their verification."""
