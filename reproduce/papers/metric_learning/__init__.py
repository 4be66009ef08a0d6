"""Kim, Kim and Chun (2021): its record, claims, parameters, cells, findings, figures."""
