"""Readers of files: text, JSON and workbooks become grids of cells."""
