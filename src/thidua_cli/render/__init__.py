"""Reports in every format. Knows columns, rows and tables; nothing of the domain or the database.

A report holds two things: rows for machines (stable keys, ISO dates, plain numbers) and tables for people
(labels, the language's own numbers and dates, totals). `pages` puts either where it belongs.
"""
