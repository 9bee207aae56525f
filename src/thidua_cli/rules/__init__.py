"""What may be written: records and exemptions, changes of units, undo, and the invariants of units."""
