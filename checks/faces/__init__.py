"""What is written from a formula's term: the working of a number."""
