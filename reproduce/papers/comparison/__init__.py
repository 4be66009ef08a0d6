"""Which remedy when: the methods of all papers on common ground; a study of this book's own."""
