"""A sixth paper for a test: MixUp against plain training on digits."""
