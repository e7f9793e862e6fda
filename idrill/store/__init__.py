"""What the platform remembers: the SQL store and the Delta lake.

`Database` opens the store and hands out sessions; one module per resource holds its queries, which
take a session and return dataclasses. No mapped object leaves this package.
"""
