"""Buda, Maki and Mazurowski (2018): its record, claims, parameters, cells, findings, figures."""
