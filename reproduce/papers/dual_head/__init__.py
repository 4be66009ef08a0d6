"""Yun and Kim (2026): its record, claims, parameters, cells, findings, figures."""
