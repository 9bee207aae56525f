"""What the register holds: the plan, units, records and exemptions, and their fields."""
