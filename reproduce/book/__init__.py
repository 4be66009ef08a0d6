"""The book: execute notebooks, stage, build, check and archive."""
