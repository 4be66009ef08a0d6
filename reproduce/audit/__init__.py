"""Checks of printed numbers: what a table says must obey arithmetic.

Every check is a pure function on strings as they were printed and returns an
`reproduce.audit.outcome.Outcome`. "Inconsistent" is said only where no data set whatever, under
the assumptions that the outcome lists, gives these numbers.
"""
