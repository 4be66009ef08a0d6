"""Registered data: claims, printed tables, ambiguities and audits, read and checked."""
