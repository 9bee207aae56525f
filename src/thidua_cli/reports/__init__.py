"""Builds each report: which rows, which columns for machines and for people, labels, order and totals."""
