"""What the facts amount to: verdicts, counts, and the causes of differences. Knows no message and no file."""
