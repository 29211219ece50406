"""The question banks, one file for each chapter: data alone."""
