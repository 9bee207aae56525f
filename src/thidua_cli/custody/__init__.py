"""Prove, copy and bring back a register."""
