"""The exercises, a file for each module: what is asked, a right answer, and typical wrong ones."""
