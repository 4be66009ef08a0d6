"""Files as they come: what is a table in them, whatever wrote them, as rows of texts."""
