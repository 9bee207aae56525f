"""Import files: read to rows and problems, compare with the register, store in one operation.

A file with any problem stores nothing; every bad row is listed with its column, value and cure.
"""
