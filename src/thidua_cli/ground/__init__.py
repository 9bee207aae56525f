"""The ground: language, errors, text, dates and files. Knows nothing of the domain."""
